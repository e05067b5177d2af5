// The training images nearest to an image: whether the generator has only learnt them by heart.
import { call, dataAddress } from "../api/client";
import { useResource } from "../api/resource";
import type { Answer, Model } from "../api/types";
import { pointFor, textOfPoint } from "../core/points";
import type { Shown } from "../state/shown";
import { scaleFor } from "./screen";

const COUNT = 5;

type Near = Answer<"nearest_images">["nearest"][number][number];

const altOf = ({ index, class: label, distance }: Near): string =>
  `training image ${index}${label ? `, ${label}` : ""}, distance ${distance.toFixed(2)}`;

export function NearestImages({ model, shown }: { model: Model; shown: Shown }) {
  const point = pointFor(model.classes, shown.point);
  const ask = (signal: AbortSignal) =>
    call<Answer<"nearest_images">>(`models/${model.id}/nearest_images`, { points: [point], count: COUNT }, { signal });
  const { value: found, problem } = useResource(`${model.id} ${textOfPoint(point)}`, ask);
  if (problem) {
    return (
      <p class="wrong" role="alert">
        {problem.message}
      </p>
    );
  }
  const scale = scaleFor(model.image.width, 72);
  return (
    <section aria-label="Nearest training images">
      <p class="quiet" role="status">
        {found ? `The nearest images of ${found.data}, by pixels:` : "Looking through the training images …"}
      </p>
      <ul class="near">
        {found?.nearest[0]!.map((one) => (
          <li key={one.index}>
            <img
              class="pixels"
              src={dataAddress(one)}
              width={model.image.width * scale}
              height={model.image.height * scale}
              alt={altOf(one)}
            />
            <span class="quiet">{one.distance.toFixed(2)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
