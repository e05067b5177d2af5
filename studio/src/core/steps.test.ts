import { expect, test } from "vitest";
import { sampleAt, spread, stepOf, stepsOf } from "./steps";

const samples = ["step-000000.png", "step-000100.png", "step-001000.png"];

test("the sample of a step", () => {
  expect(stepOf("step-001000.png")).toBe(1000);
  expect(sampleAt(samples, 999)).toBe("step-000100.png");
  expect(sampleAt(samples, 5000)).toBe("step-001000.png");
  expect(sampleAt(["step-000100.png"], 5)).toBe("step-000100.png");
  expect(sampleAt([], 5)).toBeUndefined();
  expect(stepsOf([{ samples }, { samples: ["step-000050.png", "step-000100.png"] }])).toEqual([0, 50, 100, 1000]);
});

test("steps are spread by their logarithms", () => {
  const steps = Array.from({ length: 101 }, (_, i) => i * 100);
  const some = spread(steps, 6);
  expect(some.length).toBeLessThanOrEqual(7);
  expect([some[0], some.at(-1)]).toEqual([0, 10000]);
  expect(some.filter((step) => step <= 1000).length).toBeGreaterThan(2);
  expect(new Set(some).size).toBe(some.length);
  expect(spread([1, 2], 6)).toEqual([1, 2]);
});
