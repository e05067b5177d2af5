// The models that are served, and the one that the address names.
import { useEffect, useRef } from "preact/hooks";
import { call } from "../api/client";
import { useResource } from "../api/resource";
import type { Answer, Model } from "../api/types";
import { changed, go } from "./address";

const LOOK = 5000; // milliseconds

/** Null before the first answer. */
export function useModels(): Model[] | null {
  return useResource(
    "models",
    async (signal) => (await call<Answer<"listModels">>("models", undefined, { signal })).models,
    { every: LOOK },
  ).value;
}

/** The model of an address, which gets its name and step at once: another time, or in another's browser, the address
 * shows the same images, or says that the model has gone on. */
export function useModel(
  models: Model[] | null,
  query: URLSearchParams,
  needed: boolean,
): { model: Model | undefined; of: number | null } {
  const wanted = query.get("model");
  const model =
    models?.find(({ id }) => id === wanted) ??
    (wanted ? undefined : (models?.find(({ translates }) => !translates) ?? models?.[0]));
  const step = query.get("step");
  const seen = useRef("");
  useEffect(() => {
    if (!needed || !model) return;
    // Its step alone changes while the page is open: the images follow, and so does the address.
    const follows = step !== null && seen.current === `${model.id} ${step}`;
    if (!wanted || !step || follows) {
      seen.current = `${model.id} ${model.step}`;
      if (!wanted || step !== String(model.step)) go(changed({ model: model.id, step: String(model.step) }), true);
    } else if (step === String(model.step)) seen.current = `${model.id} ${step}`;
  }, [needed, model?.id, model?.step, wanted, step]);
  const other =
    needed && model && step !== null && step !== String(model.step) && seen.current !== `${model.id} ${step}`;
  return { model, of: other ? Number(step) : null };
}
