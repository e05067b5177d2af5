import { expect, test } from "vitest";
import { chartViewOf, peculiaritiesOfView, textOfZoom } from "./chart_view";

const of = (text: string) => chartViewOf(new URLSearchParams(text));

test("an address says how charts are looked at", () => {
  expect(of("")).toEqual({ smoothing: 0, log: false, axis: "step", robust: false, zoom: null });
  expect(of("smooth=0.9&y=log&x=epoch&range=robust&zoom=1.5,20")).toEqual({
    smoothing: 0.9,
    log: true,
    axis: "epoch",
    robust: true,
    zoom: [1.5, 20],
  });
});

test("what cannot be meant is left out", () => {
  expect(of("smooth=2&y=x&x=z&range=1&zoom=20,1")).toEqual(of(""));
  expect(of("smooth=-1&zoom=a,b")).toEqual(of(""));
});

test("a chart says what is not usual about it", () => {
  expect(peculiaritiesOfView(of("smooth=0.9&y=log"))).toBe("smoothed 0.9, logarithmic");
  expect(peculiaritiesOfView(of(""))).toBe("");
  expect(textOfZoom([1.23456789, 1e6])).toBe("1.23457,1000000");
  expect(textOfZoom(null)).toBeNull();
});
