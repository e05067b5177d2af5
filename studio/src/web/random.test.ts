import { expect, test } from "vitest";
import { erf, inverseErf } from "./latents";
import { latentOf, streamSeed } from "./random";

// From LibTorch: torch.empty(1, size).normal_(0, 1, generator) and uniform_(-1, 1), seeded with
// stream_seed(7, "sample", 1).
const KNOWN = [
  { size: 3, distribution: "normal", values: [0.240294, 0.096501, 1.077271] },
  {
    size: 20,
    distribution: "normal",
    values: [
      0.613313, -0.164087, -0.349686, -0.581524, 1.231717, 1.41322, -0.697937, -1.295589, -0.390727, -2.33819,
      -0.590604, 0.206932, 0.573594, 0.573038, 0.735303, -1.122345, -2.060566, 0.095984, -0.05717, -0.200015,
    ],
  },
  { size: 4, distribution: "uniform", values: [-0.484805, 0.004007, -0.741757, -0.686451] },
];

test("a seed gives the noise that it gives in the program", () => {
  expect(streamSeed(7, "sample", 1)).toBe(9574658360840486483n);
  for (const { values, ...latent } of KNOWN) {
    latentOf(7, 1, latent).forEach((value, i) => expect(value).toBeCloseTo(values[i]!, 5));
  }
});

test("the error function and its inverse", () => {
  expect(erf(0.5)).toBeCloseTo(0.5204998778, 9);
  expect(erf(-1.2)).toBeCloseTo(-0.9103139782, 9);
  for (const x of [-2, -0.3, 0, 0.7]) expect(inverseErf(erf(x))).toBeCloseTo(x, 8);
});
