// What the form of the report asks for, and what both generators make of it.
import { useEffect, useRef, useState } from "preact/hooks";
import { Problem, call, type Generated, type Model } from "./api";
import { MAX_SEED, wholeNumber } from "./numbers";
import type { Shown } from "./shown";

export const MOST = 16;
export const MOST_AFTER_ALL = 64;

export interface Noise {
  count: number;
  seed: number;
  class: string;
  truncation: string;
}

/** What the address asks for; null where it asks for nothing, or for what cannot be. */
export function noiseOf(query: URLSearchParams): Noise | null {
  const count = wholeNumber(query.get("count") ?? "", 1, MOST_AFTER_ALL);
  const seed = wholeNumber(query.get("seed") ?? "", 0, MAX_SEED);
  if ("wrong" in count || "wrong" in seed) return null;
  return { count: count.value, seed: seed.value, class: query.get("class") ?? "", truncation: query.get("truncation") ?? "" };
}

async function generate(model: Model, noise: Noise, untrained: boolean, signal: AbortSignal, onBusy: (seconds: number) => void): Promise<Shown[]> {
  const body = {
    count: noise.count,
    seed: noise.seed,
    untrained,
    format: "json",
    class: noise.class || undefined,
    truncation: noise.truncation ? Number(noise.truncation) : undefined,
  };
  const { images } = await call<Generated>(`models/${model.id}/generate`, body, { signal, onBusy });
  return images.map((image, index) => ({ image, point: { seed: noise.seed, index }, untrained }));
}

export type Wrong = Record<string, string>;

export interface GeneratedImages {
  left: Shown[] | null; // of the untrained generator
  right: Shown[] | null; // of the trained one
  status: string;
  wrong: Wrong; // what the server, or the form, refuses: by field
  setStatus: (status: string) => void;
  setWrong: (wrong: Wrong) => void;
}

/** What the address asks for is what is generated, whether it came from a button, a reload or a link. */
export function useGenerated(model: Model, query: URLSearchParams, noise: Noise | null): GeneratedImages {
  const wanted = query.get("show"); // "untrained", or "both" once Predict was asked for
  const [left, setLeft] = useState<Shown[] | null>(null);
  const [right, setRight] = useState<Shown[] | null>(null);
  const [status, setStatus] = useState("");
  const [wrong, setWrong] = useState<Wrong>({});
  const done = useRef({ left: "", right: "" });

  useEffect(() => {
    if (!noise || !wanted) return;
    const stop = new AbortController();
    const key = JSON.stringify([model.id, model.step, noise]);
    const busy = (seconds: number) => setStatus(`The server is busy; trying again in ${seconds} s.`);
    const begin = performance.now();
    const side = async (which: "left" | "right", set: (shown: Shown[]) => void) => {
      set(await generate(model, noise, which === "left", stop.signal, busy));
      done.current[which] = key;
    };
    const show = async () => {
      try {
        if (done.current.right !== key) {
          setRight(null);
          done.current.right = "";
        }
        const parts: Promise<void>[] = [];
        if (done.current.left !== key) parts.push(side("left", setLeft));
        if (wanted === "both" && done.current.right !== key) parts.push(side("right", setRight));
        if (!parts.length) return;
        await Promise.all(parts);
        setWrong({});
        setStatus(`${noise.count} ${noise.count === 1 ? "image" : "images"} of seed ${noise.seed} in ${Math.round(performance.now() - begin)} ms.`);
      } catch (error) {
        if (stop.signal.aborted) return;
        if (error instanceof Problem && error.field) setWrong({ [error.field]: error.message });
        setStatus(error instanceof Error ? error.message : String(error));
      }
    };
    void show();
    return () => stop.abort();
  }, [model.id, model.step, query.toString()]);

  return { left, right, status, wrong, setStatus, setWrong };
}
