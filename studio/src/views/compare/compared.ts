// What a comparison is of, by its address: /compare?model=A&step=40&beside=B@40,C@200&seed=1&count=8&class=frog
import { generate } from "limits";
import { useEffect, useRef } from "preact/hooks";
import { call } from "../../api/client";
import { useResource } from "../../api/resource";
import type { Generated, Model } from "../../api/types";
import { MAX_MODELS, besideOf, inAll, textOfBeside, type Beside } from "../../core/beside";
import { seedOf, wholeNumber } from "../../core/numbers";
import { changed, go } from "../../state/address";
import { rememberDrawn } from "../../state/drawn";
import type { Shown } from "../../state/shown";

const USUAL = { count: 8, seed: 1 };
export const MAX_COUNT = generate.count.maximum;
/** What a vote, and what is open, is of: other images have none of it. */
export const NOTHING_OF_OTHERS = { vote: null, votes: null, names: null, open: null };

export interface Compared {
  models: Model[]; // the chosen one first; those that are there
  beside: Beside[]; // as the address has them, also such as are gone
  otherSteps: Beside[]; // of which the address has another step than they are at
  count: number;
  seed: number;
  classes: string[]; // that all of them have
  class: string; // or empty: all in turn
  images: string; // all that makes them, as a text
}

/** The models beside, which get their steps at once, as the chosen one does (state/models.ts). */
function useBeside(models: Model[], chosen: Model, query: URLSearchParams): Pick<Compared, "beside" | "otherSteps"> {
  const named = besideOf(query.get("beside"), chosen.id);
  const first = models.find(({ id }) => id !== chosen.id);
  const beside = named.length || !first ? named : [{ id: first.id, step: null }];
  const seen = useRef(new Set<string>());
  const now = (id: string) => models.find((model) => model.id === id)?.step;
  const follows = ({ id, step }: Beside) => step === null || seen.current.has(`${id}@${step}`);
  const wanted = beside.map((one) => (follows(one) ? { ...one, step: now(one.id) ?? one.step } : one));
  const text = textOfBeside(wanted);
  useEffect(() => {
    for (const one of wanted) if (one.step === now(one.id)) seen.current.add(`${one.id}@${one.step}`);
    if (text !== (query.get("beside") ?? "")) go(changed({ beside: text }), true);
  }, [text, query.get("beside")]);
  const otherSteps = beside.filter((one) => !follows(one) && (now(one.id) ?? one.step) !== one.step);
  return { beside: wanted, otherSteps };
}

export function useCompared(all: Model[], chosen: Model, query: URLSearchParams): Compared {
  const { beside, otherSteps } = useBeside(all, chosen, query);
  const models = [chosen, ...beside.flatMap(({ id }) => all.find((model) => model.id === id) ?? [])];
  const count = wholeNumber(query.get("count") ?? "", 1, MAX_COUNT);
  const seed = seedOf(query.get("seed") ?? "");
  const classes = inAll(models.map((model) => model.classes));
  const asked = query.get("class") ?? "";
  const found = {
    count: "value" in count ? count.value : USUAL.count,
    seed: "value" in seed ? seed.value : USUAL.seed,
    class: classes.includes(asked) ? asked : "",
  };
  const images = JSON.stringify([models.map(({ id, step }) => [id, step]), found.seed, found.class]);
  return { models, beside, otherSteps, classes, images, ...found };
}

export interface Column {
  model: Model;
  shown: Shown[] | null; // a row each
  problem: string;
}

function useColumn(model: Model | undefined, { count, seed, class: label }: Compared): Omit<Column, "model"> {
  const body = { count, seed, class: label || undefined, format: "json" };
  const ask = async (signal: AbortSignal): Promise<Shown[]> => {
    const { images } = await call<Generated>(`models/${model!.id}/generate`, body, { signal });
    const shown = images.map((image, index) => ({
      image,
      model: model!.id,
      step: model!.step,
      point: { seed, index, class: image.class },
    }));
    rememberDrawn(shown);
    return shown;
  };
  const { value, problem } = useResource(model ? JSON.stringify([model.id, body]) : null, ask, {
    version: model?.step ?? "",
  });
  return { shown: value, problem: problem?.message ?? "" };
}

/** The same noise through each of the models. */
export function useColumns(compared: Compared): Column[] {
  const columns = Array.from({ length: MAX_MODELS }, (_, i) => useColumn(compared.models[i], compared));
  return compared.models.map((model, i) => ({ model, ...columns[i]! }));
}
