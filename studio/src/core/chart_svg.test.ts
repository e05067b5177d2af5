import { expect, test } from "vitest";
import { logTicks, svgOf, ticks } from "./chart_svg";

test("ticks are round and within", () => {
  expect(ticks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(ticks(-3, 17, 4)).toEqual([0, 5, 10, 15]);
  expect(logTicks(0.05, 2000)).toEqual([0.1, 1, 10, 100, 1000]);
  expect(logTicks(2, 6).length).toBeGreaterThan(1);
});

const paper = {
  title: "A & B",
  axis: "step",
  x: [0, 10] as [number, number],
  log: false,
  robust: false,
  colours: ["#111", "#222"],
  dashes: [[], [6, 3]],
};

test("a chart is drawn whole, and its texts are texts", () => {
  const svg = svgOf({
    ...paper,
    curves: [
      { name: "<d>", colour: 0, dash: 0, x: [0, 5, 10], y: [1, null, 3] },
      { name: "g", colour: 1, dash: 1, x: [0, 10], y: [2, 2] },
    ],
  });
  expect(svg.match(/<polyline/g)).toHaveLength(2);
  expect(svg).toContain("A &#38; B");
  expect(svg).toContain("&#60;d&#62;");
  expect(svg).not.toContain("NaN");
  expect(svg).toContain('stroke-dasharray="6 3"');
});

test("what the logarithm has no place for is left out", () => {
  const svg = svgOf({
    ...paper,
    log: true,
    curves: [{ name: "g", colour: 1, dash: 1, x: [0, 5, 10], y: [0, 1, 100] }],
  });
  expect(svg).not.toMatch(/NaN|Infinity/);
  expect(/points="([^"]*)"/.exec(svg)![1]!.split(" ")).toHaveLength(2);
});

test("a chart without values is drawn without lines", () => {
  expect(svgOf({ ...paper, curves: [{ name: "g", colour: 0, dash: 0, x: [0], y: [null] }] })).not.toMatch(
    /NaN|Infinity/,
  );
});
