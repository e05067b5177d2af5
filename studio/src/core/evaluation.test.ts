import { expect, test } from "vitest";
import { metricRows, warningsOf } from "./evaluation";

test("metrics of one number, of a mean and a deviation, and of several", () => {
  const metrics = {
    fid: 12.345678,
    kid: { mean: 0.0123456, std: 0.001 },
    prdc: { precision: 0.5, recall: 1 },
    bars: { fid: [11.5, 13] },
    note: "text",
    none: null,
  };
  expect(metricRows(metrics)).toEqual([
    ["fid", "12.346"],
    ["kid", "0.012346 ± 0.001"],
    ["prdc precision", "0.5"],
    ["prdc recall", "1"],
    ["bars fid", "11.5 to 13"],
  ]);
});

test("what is said of them", () => {
  expect(warningsOf({})).toEqual([]);
  expect(warningsOf({ warnings: ["rough"], skipped: { swd: "10 images" } })).toEqual([
    "rough",
    "No swd: it needs 10 images.",
  ]);
});
