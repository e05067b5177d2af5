// Named directions of a model's latent space. They are kept by this browser, by the two groups that make each.
import { generate } from "limits";
import { call } from "../api/client";
import type { Answer, Model } from "../api/types";
import { textOf } from "../core/points";
import type { Direction } from "../core/sliders";
import { readKept, useKept, writeKept } from "./kept";

export interface KeptDirection extends Direction {
  model: string;
  step: number; // of the model when it was kept
}

const KEPT = "ganymede-directions";
const MOST = generate.directions.maxItems; // of a model: more cannot be used at once

function read(): KeptDirection[] {
  const kept = readKept(KEPT);
  return Array.isArray(kept) ? (kept as KeptDirection[]) : [];
}

const isOther = (one: { model: string; name: string }, other: KeptDirection): boolean =>
  other.model !== one.model || other.name !== one.name;

/** Keeps a direction, in the place of another one of its name; what was done, in words. */
export function keepDirection(direction: KeptDirection): string {
  const all = read();
  const rest = all.filter((other) => isOther(direction, other));
  if (rest.filter(({ model }) => model === direction.model).length >= MOST)
    return `A model has ${MOST} directions at most: forget one.`;
  if (!writeKept(KEPT, [...rest, direction])) return "This browser keeps no more directions.";
  return `${direction.name} is kept${rest.length < all.length ? ", in the place of another" : ""}.`;
}

export const forgetDirection = (one: { model: string; name: string }): boolean =>
  writeKept(
    KEPT,
    read().filter((other) => isOther(one, other)),
  );

/** Those of a model, also as other tabs keep them. */
export const useDirections = (model: string): KeptDirection[] =>
  useKept(read).filter((direction) => direction.model === model);

/** The vector of a direction, as the server computes it and takes it again; nothing here looks into it. */
export async function vectorOf(model: Model, direction: Direction, signal: AbortSignal): Promise<number[]> {
  const { with: one, without: other } = direction;
  const body = { with: one, without: other, apply: [one[0]], frames: 2, format: "json", vectors: true };
  const answer = await call<Answer<"direction">>(`models/${model.id}/direction`, body, { signal });
  if (!answer.direction) throw new Error(`${textOf(one)}: the server answered with no direction.`);
  return answer.direction;
}
