import { expect, test } from "vitest";
import {
  csvOf,
  domainOf,
  lineWidthOf,
  nearestTo,
  positive,
  robustRange,
  rowsOf,
  smoothed,
  some,
  type Curve,
} from "./curves";

const curve = (name: string, x: number[], y: (number | null)[]): Curve => ({ name, colour: 0, dash: 0, x, y });

test("smoothing begins without a bias, and leaves gaps", () => {
  expect(smoothed([4, 4, null, 4], 0.9).map((value) => value && Number(value.toFixed(9)))).toEqual([4, 4, null, 4]);
  const steps = smoothed([0, 1, 1, 1], 0.5) as number[];
  expect(steps[1]).toBeCloseTo(2 / 3);
  expect(steps.slice(1).every((value, i) => i === 0 || value > steps[i]!)).toBe(true);
  expect(smoothed([3, 1, 2], 0)).toEqual([3, 1, 2]);
});

test("a wild value does not set the range", () => {
  const values = Array.from({ length: 200 }, (_, i) => i / 100);
  expect(robustRange([...values, 1e9, null])![1]).toBeLessThan(2.1);
  expect(robustRange([null])).toBeNull();
  expect(positive([1, 0, -1, null])).toEqual([1, null, null, null]);
});

test("lines that make a band are thin", () => {
  const long = curve("a", Array(300).fill(0), Array(300).fill(0));
  expect(lineWidthOf([long])).toBe(1.5);
  expect(lineWidthOf([long, long])).toBe(1);
});

test("the nearest of ascending values", () => {
  expect(nearestTo([0, 10, 20], 14)).toBe(1);
  expect(nearestTo([0, 10, 20], 99)).toBe(2);
  expect(nearestTo([], 1)).toBe(-1);
});

test("curves of different steps stand in one table", () => {
  const curves = [curve("a", [1, 3], [10, 30]), curve('b, "raw"', [2, 3], [null, 5])];
  expect(rowsOf(curves)).toEqual([
    { x: 1, y: [10, null] },
    { x: 2, y: [null, null] },
    { x: 3, y: [30, 5] },
  ]);
  expect(csvOf("step", curves)).toBe('step,a,"b, ""raw"""\r\n1,10,\r\n2,,\r\n3,30,5\r\n');
  expect(domainOf(curves)).toEqual([1, 3]);
  expect(domainOf([])).toBeNull();
  expect(some([1, 2, 3, 4, 5], 3)).toEqual([1, 3, 5]);
});
