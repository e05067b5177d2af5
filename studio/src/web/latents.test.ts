// The page's latent mathematics against the program's: tests/explore/latents_golden_test.cpp computes the same cases.
import { expect, test } from "vitest";
import golden from "golden-latents";
import type { Model } from "../api/types";
import type { Point } from "../core/points";
import { arithmetic, blended, difference, latent, mean, moved, path, perturbations, type Vector } from "./latents";

type Places = number[][];

const modelOf = (noise: { size: number; distribution: string }) => ({ latent: noise }) as Model;
const pointOf = ([seed, index]: number[]): Point => ({ seed: seed!, index: index! });
const of = (places: Places): Vector[] => places.map((place) => latent(modelOf(golden.latent), pointOf(place)));

function agree(rows: Vector[], values: number[][]): void {
  expect(rows.length).toBe(values.length);
  rows.forEach((row, i) => {
    expect(row.length).toBe(values[i]!.length);
    row.forEach((value, k) => expect(value).toBeCloseTo(values[i]![k]!, 5));
  });
}

const { cases } = golden;

test("noise, and what is cut off of it", () => {
  for (const one of cases.noise)
    agree(
      one.points.map((place) => latent(modelOf(one), pointOf(place))),
      one.values,
    );
  for (const one of cases.truncated)
    agree(
      one.points.map((place) => latent(modelOf(one), pointOf(place), one.truncation)),
      one.values,
    );
});

test("what lies between points", () => {
  for (const one of cases.path) agree(path(of(one.points), one.frames, one.interpolation), one.values);
  for (const one of cases.blended) agree([blended(of(one.points), one.x, one.y)], one.values);
});

test("arithmetic and directions", () => {
  for (const one of cases.perturbations)
    agree(perturbations(arithmetic(of(one.a), of(one.b), of(one.c)), one.radius, one.seed), one.values);
  for (const one of cases.moved) {
    const along = difference(mean(of(one.with)), mean(of(one.without)));
    agree(
      of(one.points).map((start) => moved(start, along, one.by)),
      one.values,
    );
  }
});
