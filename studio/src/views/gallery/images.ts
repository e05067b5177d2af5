// The gallery's images: those kept with a mark, and those that the models make of their points again.
import { generate } from "limits";
import { useRef, useState } from "preact/hooks";
import { Problem, call } from "../../api/client";
import { useResource } from "../../api/resource";
import type { Generated, GeneratedImage, Model } from "../../api/types";
import { requestsFor, type Entry, type Made } from "../../core/gallery";
import { textOfPoint, type Point } from "../../core/points";
import type { Shown } from "../../state/shown";

export const MOST_ASKED = generate.points.maxItems;
const NOT_OF_POINTS = [401, 404, 429];

/** Refused for what was asked: each point that is at fault is found by asking for fewer. */
const isRefused = (error: unknown): boolean =>
  error instanceof Problem && error.status >= 400 && error.status < 500 && !NOT_OF_POINTS.includes(error.status);

/** By points as texts; null for one that the model does not make. */
type Found = Map<string, GeneratedImage | null>;

async function askFor(model: string, points: Point[], found: Found, signal?: AbortSignal): Promise<void> {
  try {
    const { images } = await call<Generated>(`models/${model}/generate`, { points, format: "json" }, { signal });
    points.forEach((point, i) => found.set(textOfPoint(point), images[i]!));
  } catch (error) {
    if (!isRefused(error)) throw error;
    if (points.length === 1) return void found.set(textOfPoint(points[0]!), null);
    const half = Math.ceil(points.length / 2);
    await askFor(model, points.slice(0, half), found, signal);
    await askFor(model, points.slice(half), found, signal);
  }
}

export interface Images {
  /** Undefined: not there yet. Null: the model makes no such image any more. */
  of: (entry: Entry) => Shown | null | undefined;
  problem: string;
}

export function useImages(entries: Entry[], models: Model[]): Images {
  const [, arrived] = useState(0);
  const cache = useRef(new Map<string, Found>()); // by model and step
  const steps = new Map(models.map(({ id, step }) => [id, step]));
  const placeOf = ({ model }: Pick<Made, "model">) => `${model}@${steps.get(model)}`;
  const foundOf = (one: Entry) => cache.current.get(placeOf(one))?.get(textOfPoint(one.point));
  const asked = entries.filter(({ mark }) => !mark);
  const ask = async (signal: AbortSignal) => {
    const current = new Set(models.map(({ id }) => placeOf({ model: id })));
    for (const place of cache.current.keys()) if (!current.has(place)) cache.current.delete(place);
    const missing = asked.filter((one) => foundOf(one) === undefined);
    for (const { model, points } of requestsFor(missing, MOST_ASKED)) {
      const place = placeOf({ model });
      const found = cache.current.get(place) ?? new Map<string, GeneratedImage | null>();
      cache.current.set(place, found);
      await askFor(model, points, found, signal);
      arrived((count) => count + 1);
    }
    return true;
  };
  const version = asked.map((one) => `${placeOf(one)} ${textOfPoint(one.point)}`).join();
  const { problem } = useResource(asked.length ? "gallery" : null, ask, { version });
  const of = (entry: Entry): Shown | null | undefined => {
    const { model, point, mark } = entry;
    if (mark) return { model, point, step: mark.step, image: { png: mark.png, class: point.class } };
    const image = foundOf(entry);
    return image && { model, point, step: steps.get(model) ?? null, image };
  };
  return { of, problem: problem?.message ?? "" };
}
