import { expect, test } from "vitest";
import { benchViewOf, columnsFor, inSight, linesOf, shownRuns, tagsOf, titleOf, valueOf, type Listed } from "./bench";

const run = (id: string, more: Partial<Listed> = {}): Listed => ({
  id,
  title: null,
  note: null,
  tags: [],
  recipe: "r",
  state: "done",
  health: null,
  started: null,
  step: 1,
  images_per_s: 1,
  seconds: 1,
  seconds_left: null,
  last: {},
  best: {},
  pinned: false,
  archived: false,
  ...more,
});
const view = (text = "") => benchViewOf(new URLSearchParams(text));
const ids = (runs: Listed[], text = "", settings = {}) => shownRuns(runs, view(text), settings).map(({ id }) => id);

test("newest first, pinned ones above, archived ones not", () => {
  const runs = [
    run("a", { started: "2026-01-01" }),
    run("b", { started: "2026-01-03" }),
    run("c", { started: "2026-01-02", pinned: true }),
    run("d", { archived: true }),
    run("e"),
  ];
  expect(ids(runs)).toEqual(["c", "b", "a", "e"]);
  expect(ids(runs, "archived=1&sort=name")).toEqual(["c", "a", "b", "d", "e"]);
});

test("sorted by any column, what is missing last", () => {
  const runs = [run("run10", { best: { fid: 3 } }), run("run9", { best: { fid: 20 } }), run("run8")];
  expect(ids(runs, "sort=best:fid")).toEqual(["run10", "run9", "run8"]);
  expect(ids(runs, "sort=-best:fid")).toEqual(["run9", "run10", "run8"]);
  expect(ids(runs, "sort=name")).toEqual(["run8", "run9", "run10"]);
  expect(ids(runs, "sort=set:seed", { seed: { run9: "1", run10: "2" } })).toEqual(["run9", "run10", "run8"]);
});

test("found by any word of what is said of it", () => {
  const runs = [run("a", { title: "Best hinge", tags: ["paper"] }), run("b", { note: "hinge, but worse" }), run("c")];
  expect(ids(runs, "q=hinge")).toEqual(["a", "b"]);
  expect(ids(runs, "q=hinge worse")).toEqual(["b"]);
  expect(ids(runs, "q=tag:paper")).toEqual(["a"]);
  expect(ids(runs, "q=tag:pap")).toEqual([]);
});

test("grouped by a key that differs", () => {
  const runs = [run("a"), run("b"), run("c")];
  const lines = linesOf(runs, "set:train.seed", { "train.seed": { a: "1", c: "1" } });
  expect(lines.map((line) => ("run" in line ? line.run.id : `${line.heading} (${line.count})`))).toEqual([
    "train.seed: 1 (2)",
    "a",
    "c",
    "train.seed: none (1)",
    "b",
  ]);
  expect(linesOf(runs, "", {})).toHaveLength(3);
});

test("columns", () => {
  const runs = [run("a", { last: { fid: 2, step: 1, loss_d: 1 }, best: { fid: 1 } })];
  const columns = columnsFor(runs, { "train.seed": {} });
  expect(columns).toContain("best:fid");
  expect(columns).not.toContain("last:step");
  expect(columns.at(-1)).toBe("set:train.seed");
  expect([titleOf("best:fid"), titleOf("last:loss_d"), titleOf("set:train.seed"), titleOf("step")]).toEqual([
    "best FID",
    "loss d",
    "train.seed",
    "Step",
  ]);
  expect(valueOf(runs[0]!, "last:fid", {})).toBe(2);
  expect(view("columns=state,best:fid").columns).toEqual(["state", "best:fid"]);
});

test("lines in sight", () => {
  expect(inSight(0, 800, 80, 300, 2)).toEqual({ first: 0, end: 12 });
  expect(inSight(-8000, 800, 80, 300, 2)).toEqual({ first: 98, end: 112 });
  expect(inSight(-1e6, 800, 80, 300, 2)).toEqual({ first: 300, end: 300 });
  expect(inSight(500, 400, 80, 3, 2)).toEqual({ first: 0, end: 1 });
});

test("tags as they are typed", () => expect(tagsOf(" a, b ,,a ")).toEqual(["a", "b"]));
