// What the views ask of the latent space, as src/ganymede/explore/latents.h and operations/interpolate.cpp answer it.
import type { Model } from "../api/types";
import type { Point } from "../core/points";
import { latentOf, streamSeed, uniforms } from "./random";

export type Vector = Float32Array;

const dot = (a: Vector, b: Vector): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const combine = (rows: Vector[], weights: number[]): Vector =>
  Float32Array.from(rows[0]!, (_, i) => rows.reduce((sum, row, k) => sum + weights[k]! * row[i]!, 0));

/** The error function, to 1e-7 and better (Numerical Recipes, erfc by Chebyshev's polynomials). */
export function erf(x: number): number {
  const z = Math.abs(x);
  const t = 2 / (2 + z);
  const ty = 4 * t - 2;
  const c = [
    -1.3026537197817094, 6.4196979235649026e-1, 1.9476473204185836e-2, -9.561514786808631e-3, -9.46595344482036e-4,
    3.66839497852761e-4, 4.2523324806907e-5, -2.0278578112534e-5, -1.624290004647e-6, 1.30365583558e-6, 1.5626441722e-8,
    -8.5238095915e-8, 6.529054439e-9, 5.059343495e-9, -9.91364156e-10, -2.27365122e-10, 9.6467911e-11, 2.394038e-12,
    -6.886027e-12, 8.94487e-13, 3.13092e-13, -1.12708e-13, 3.81e-16, 7.106e-15,
  ];
  let [d, dd] = [0, 0];
  for (let j = c.length - 1; j > 0; --j) [d, dd] = [ty * d - dd + c[j]!, d];
  const erfc = t * Math.exp(-z * z + 0.5 * (c[0]! + ty * d) - dd);
  return x >= 0 ? 1 - erfc : erfc - 1;
}

/** Its inverse, by a first guess (Winitzki 2008) and Newton's steps. */
export function inverseErf(y: number): number {
  if (Math.abs(y) >= 1) return y * Infinity;
  const a = 0.147;
  const l = Math.log(1 - y * y);
  const b = 2 / (Math.PI * a) + l / 2;
  let x = Math.sign(y) * Math.sqrt(Math.sqrt(b * b - l / a) - b);
  for (let i = 0; i < 3; ++i) x -= (erf(x) - y) / ((2 / Math.sqrt(Math.PI)) * Math.exp(-x * x));
  return x;
}

/** As if sampled from the distribution cut off at +-threshold, by quantiles. */
function truncated(z: Vector, threshold: number, distribution: string): Vector {
  if (distribution === "uniform") return z.map((value) => value * Math.min(1, threshold));
  const share = erf(threshold / Math.SQRT2);
  return z.map((value) =>
    Math.max(-threshold, Math.min(threshold, inverseErf(erf(value / Math.SQRT2) * share) * Math.SQRT2)),
  );
}

export function latent(model: Model, point: Point, truncation = point.truncation): Vector {
  const z = latentOf(point.seed, point.index, model.latent);
  return truncation ? truncated(z, truncation, model.latent.distribution) : z;
}

export function between(a: Vector, b: Vector, t: number, interpolation: string): Vector {
  if (t === 0) return a;
  if (t === 1) return b;
  const straight = combine([a, b], [1 - t, t]);
  if (interpolation === "linear") return straight;
  const lengths = Math.max(1e-12, Math.sqrt(dot(a, a) * dot(b, b)));
  const angle = Math.acos(Math.max(-1, Math.min(1, dot(a, b) / lengths)));
  const sine = Math.sin(angle);
  return sine > 1e-4 ? combine([a, b], [Math.sin(angle * (1 - t)) / sine, Math.sin(angle * t) / sine]) : straight;
}

/** `frames` points of the polygon through the anchors, evenly. */
export function path(anchors: Vector[], frames: number, interpolation: string): Vector[] {
  return Array.from({ length: frames }, (_, i) => {
    const at = frames > 1 ? ((anchors.length - 1) * i) / (frames - 1) : 0;
    const from = Math.min(Math.floor(at), anchors.length - 2);
    return between(anchors[from]!, anchors[from + 1]!, at - from, interpolation);
  });
}

export const mean = (rows: Vector[]): Vector =>
  combine(
    rows,
    rows.map(() => 1 / rows.length),
  );
export const arithmetic = (a: Vector[], b: Vector[], c: Vector[]): Vector =>
  combine([mean(a), mean(b), mean(c)], [1, -1, 1]);

/** The result in the middle of eight perturbations of it. */
export function perturbations(centre: Vector, radius: number, seed: number): Vector[] {
  const noise = uniforms(streamSeed(seed, "neighbours", 0), 9 * centre.length, -radius, radius);
  return Array.from({ length: 9 }, (_, i) =>
    i === 4 ? centre : centre.map((value, k) => value + noise[i * centre.length + k]!),
  );
}

/** Bilinear shares of four corners, normed so that the blend is as long as they are. */
export function blended(corners: Vector[], x: number, y: number): Vector {
  const weights = [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y];
  const norm = Math.hypot(...weights);
  return combine(
    corners,
    weights.map((weight) => weight / norm),
  );
}

export const moved = (start: Vector, along: Vector, by: number): Vector => combine([start, along], [1, by]);
export const difference = (a: Vector, b: Vector): Vector => combine([a, b], [1, -1]);
