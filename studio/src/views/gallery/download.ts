// Images of the gallery as files: a zip of each model, as the server packs it, or a PNG where there is but one.
import { call, download } from "../../api/client";
import type { Generated, Model } from "../../api/types";
import { requestsFor, type Entry } from "../../core/gallery";
import { fileName } from "../../state/shown";
import { save } from "../../ui/images";
import { MOST_ASKED } from "./images";

/** What was marked at a step that the model has left is saved as it was kept; all else the models make again. */
export async function downloadAll(entries: Entry[], models: Model[]): Promise<void> {
  const steps = new Map(models.map(({ id, step }) => [id, step]));
  const isKept = ({ model, mark }: Entry) => mark !== null && mark.step !== steps.get(model);
  for (const { model, point, mark } of entries.filter(isKept)) {
    const image = { png: mark!.png, class: point.class };
    save(image, `${fileName({ model, point, step: mark!.step, image })}.png`);
  }
  const requests = requestsFor(
    entries.filter((one) => !isKept(one)),
    MOST_ASKED,
  );
  for (const [i, { model, points }] of requests.entries()) {
    const path = `models/${model}/generate`;
    const part = requests.slice(0, i).filter((other) => other.model === model).length + 1;
    const parts = requests.filter((other) => other.model === model).length;
    if (points.length > 1) {
      await download(path, `${model}-gallery${parts > 1 ? `-${part}` : ""}.zip`, { points, format: "zip" });
      continue;
    }
    const image = (await call<Generated>(path, { points, format: "json" })).images[0]!;
    save(image, `${fileName({ model, point: points[0]!, step: steps.get(model) ?? null, image })}.png`);
  }
}
