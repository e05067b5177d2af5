// The vectors of named directions.
import { call } from "../api/client";
import type { Answer, Model } from "../api/types";
import { textOf } from "../core/points";
import type { Direction } from "../core/sliders";

/** The vector of a direction, as the server computes it and takes it again; nothing here looks into it. */
export async function vectorOf(model: Model, direction: Direction, signal: AbortSignal): Promise<number[]> {
  const { with: one, without: other } = direction;
  const body = { with: one, without: other, apply: [one[0]], frames: 2, format: "json", vectors: true };
  const answer = await call<Answer<"direction">>(`models/${model.id}/direction`, body, { signal });
  if (!answer.direction) throw new Error(`${textOf(one)}: the server answered with no direction.`);
  return answer.direction;
}
