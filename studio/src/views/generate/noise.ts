// What the form of the report asks for, and what both generators make of it.
import * as limits from "limits";
import { useEffect, useState } from "preact/hooks";
import { Problem, call } from "../../api/client";
import { useResource } from "../../api/resource";
import type { Generated, Model } from "../../api/types";
import { seedOf, wholeNumber } from "../../core/numbers";
import type { Network } from "../../core/points";
import { rememberDrawn } from "../../state/drawn";
import type { Shown } from "../../state/shown";

export const USUAL_COUNT = 16; // and as many as the form asks for until more are wanted
export const MAX_COUNT = limits.generate.count.maximum;

export interface Noise {
  count: number;
  seed: number;
  class: string;
  truncation: string;
}

/** What the address asks for; null where it asks for nothing, or for what cannot be. */
export function noiseOf(query: URLSearchParams): Noise | null {
  const count = wholeNumber(query.get("count") ?? "", 1, MAX_COUNT);
  const seed = seedOf(query.get("seed") ?? "");
  if ("wrong" in count || "wrong" in seed) return null;
  return {
    count: count.value,
    seed: seed.value,
    class: query.get("class") ?? "",
    truncation: query.get("truncation") ?? "",
  };
}

/** What is shown before anything was asked for. */
const firstNoise = (query: URLSearchParams): Noise => ({
  count: USUAL_COUNT,
  seed: 1,
  class: query.get("class") ?? "",
  truncation: query.get("truncation") ?? "",
});

interface Side {
  shown: Shown[];
  milliseconds: number;
}

interface Asked {
  model: Model;
  noise: Noise;
  network: Network;
}

async function generate(
  { model, noise, network }: Asked,
  signal: AbortSignal,
  onBusy: (seconds: number) => void,
): Promise<Side> {
  const truncation = noise.truncation ? Number(noise.truncation) : undefined;
  const body = {
    count: noise.count,
    seed: noise.seed,
    network,
    format: "json",
    class: noise.class || undefined,
    truncation,
  };
  const begin = performance.now();
  const { images } = await call<Generated>(`models/${model.id}/generate`, body, { signal, onBusy });
  const shown = images.map((image, index) => ({
    image,
    model: model.id,
    step: model.step,
    point: { seed: noise.seed, index, class: image.class, truncation, network },
  }));
  rememberDrawn(shown);
  return { shown, milliseconds: performance.now() - begin };
}

export type Wrong = Record<string, string>;

export interface GeneratedImages {
  left: Shown[] | null; // of the untrained generator
  right: Shown[] | null; // of the trained one
  status: string;
  wrong: Wrong; // what the server, or the form, refuses: by field
  setWrong: (wrong: Wrong | null) => void; // null: nothing is wrong with the form
}

/** What the address asks for is what is generated, whether it came from a button, a reload or a link. */
export function useGenerated(model: Model, query: URLSearchParams, given: Noise | null): GeneratedImages {
  const wanted = query.get("show"); // "untrained", or "both" once Predict was asked for; nothing on a first visit
  const [busy, setBusy] = useState("");
  const [formWrong, setWrong] = useState<Wrong | null>(null);
  const noise = wanted ? given : firstNoise(query);
  const key = noise ? JSON.stringify(noise) : null;
  useEffect(() => setBusy(""), [key]);
  const onBusy = (seconds: number) => setBusy(`The server is busy; trying again in ${seconds} s.`);
  const options = { version: model.step };
  const left = useResource(
    wanted ? key : null,
    (signal) => generate({ model, noise: noise!, network: "untrained" }, signal, onBusy),
    options,
  );
  const right = useResource(
    wanted === "untrained" ? null : key,
    (signal) => generate({ model, noise: noise!, network: "trained" }, signal, onBusy),
    options,
  );

  const problem = left.problem ?? right.problem;
  const done = wanted && left.value && (wanted !== "both" || right.value);
  const milliseconds = Math.round(Math.max(left.value?.milliseconds ?? 0, right.value?.milliseconds ?? 0));
  const images = noise?.count === 1 ? "image" : "images";
  const said = done && `${noise!.count} ${images} of seed ${noise!.seed} in ${milliseconds} ms.`;
  const refused: Wrong = problem instanceof Problem && problem.field ? { [problem.field]: problem.message } : {};
  const status = formWrong && Object.keys(formWrong).length ? "" : (problem?.message ?? (said || busy));
  return {
    left: left.value?.shown ?? null,
    right: right.value?.shown ?? null,
    status,
    wrong: formWrong ?? refused,
    setWrong,
  };
}
