import { expect, test } from "vitest";
import { describePoint, pointFor, pointOf, pointsOf, samePoint, textOf, textOfPoint, type Point } from "./points";

const full: Point = { seed: 7, index: 3, class: "a,b:c=d %", truncation: 0.5, network: "untrained" };

test("a point is its text, and comes back from it", () => {
  for (const point of [{ seed: 0, index: 0 }, { seed: 2 ** 53 - 1, index: 4, class: "frog" }, full])
    expect(pointOf(textOfPoint(point))).toEqual(point);
  expect(textOfPoint({ seed: 1, index: 2, network: "trained" })).toBe("1:2");
  expect(pointsOf(textOf([full, { seed: 1, index: 2 }]))).toEqual([full, { seed: 1, index: 2 }]);
});

test("every part tells points apart", () => {
  const plain: Point = { seed: 1, index: 2 };
  for (const other of [
    { class: "frog" },
    { truncation: 0.5 },
    { network: "untrained" as const },
    { index: 3 },
    { seed: 2 },
  ])
    expect(samePoint(plain, { ...plain, ...other })).toBe(false);
  expect(samePoint(plain, { ...plain, network: "trained" })).toBe(true);
});

test("what is no point is left out", () => {
  expect(pointsOf("1:2,x,3,-1:0,1:2:class=,1:2:truncation=-1,1:2:class=%zz,1e400:2,,5:6")).toEqual([
    { seed: 1, index: 2 },
    { seed: 5, index: 6 },
  ]);
  expect(pointsOf(null)).toEqual([]);
});

test("another model's classes", () => {
  expect(pointFor([], { seed: 1, index: 2, class: "frog" })).toEqual({ seed: 1, index: 2 });
  expect(pointFor(["cat", "frog"], { seed: 1, index: 2, class: "frog" }).class).toBe("frog");
  expect(pointFor(["cat", "dog"], { seed: 1, index: 2, class: "frog" }).class).toBe("cat");
});

test("in words", () =>
  expect(describePoint({ ...full, class: "frog" })).toBe("seed 7, index 3, frog, truncation 0.5, untrained"));
