import { describe, expect, it } from "vitest";
import {
  MOST_DRAWN,
  captionOf,
  chosenOf,
  entriesOf,
  filterOf,
  fitting,
  packed,
  requestsFor,
  stepNote,
  unpacked,
  withDrawn,
} from "./gallery";

const made = (index: number, more = {}, model = "tiny", step: number | null = 40) => ({
  model,
  step,
  point: { seed: 7, index, ...more },
});
const MODELS = [
  { id: "tiny", step: 40 },
  { id: "a,b@c", step: 9 },
];

describe("what was drawn", () => {
  it("is there once, the newest first, and no more than fit", () => {
    const before = withDrawn([], [made(0), made(1)]);
    const after = withDrawn(before, [made(2), made(1, { network: "trained" }, "tiny", 50)]);
    expect(after.map(({ point, step }) => [point.index, step])).toEqual([
      [2, 40],
      [1, 50],
      [0, 40],
    ]);
    const many = Array.from({ length: MOST_DRAWN + 9 }, (_, i) => made(i));
    expect(withDrawn([made(-1)], many)).toEqual(many.slice(0, MOST_DRAWN));
  });

  it("is remembered with all that makes it", () => {
    const drawn = [made(3, { class: "a,b:c", truncation: 0.5, network: "untrained" }, "a,b@c", null), made(0)];
    expect(unpacked(JSON.parse(JSON.stringify(packed(drawn))))).toEqual(drawn);
  });

  it("loses what is damaged, and nothing else", () => {
    const kept = [null, 7, "tiny", {}, ["tiny"], ["tiny", 40, 7], ["tiny", 40, "x:1"], [9, 40, "7:1"], ["", 40, "7:1"]];
    expect(unpacked([...kept, ["tiny", 40, "7:1:truncation=99"], ["tiny", "40", "7:1"]])).toEqual([
      made(1, {}, "tiny", null),
    ]);
    for (const other of [null, {}, "text", 3]) expect(unpacked(other)).toEqual([]);
  });
});

describe("entries", () => {
  const mark = (index: number, step: number | null) => ({ ...made(index, {}, "tiny", step), png: `png${index}` });

  it("are of models that are served, with their marks", () => {
    const entries = entriesOf(
      [made(0), made(1, {}, "gone"), made(2, {}, "tiny", 20)],
      [mark(0, 40), mark(2, 40), mark(5, 30), mark(6, 40)],
      MODELS,
    );
    expect(entries.map(({ key, mark }) => [key, mark && mark.step])).toEqual([
      ["tiny@7:0", 40],
      ["tiny@7:2", 40],
      ["tiny@7:6@40", 40],
      ["tiny@7:5@30", 30],
    ]);
  });

  it("of a mark of a step between are of their own", () => {
    expect(entriesOf([made(0, {}, "tiny", 20)], [mark(0, 30)], MODELS).map(({ mark }) => mark?.step)).toEqual([
      undefined,
      30,
    ]);
  });

  it("say where the model has gone on", () => {
    const note = (step: number | null, marks: ReturnType<typeof mark>[] = []) =>
      stepNote(entriesOf([made(0, {}, "tiny", step)], marks, MODELS)[0]!, 1040);
    expect(note(40)).toBe("drawn at step 40; the model is at 1,040 now");
    expect([note(1040), note(null)]).toEqual(["", ""]);
    expect(note(30, [mark(0, 30)])).toBe("marked at step 30; the model is at 1,040 now");
  });

  const entries = entriesOf(
    [made(0, { class: "frog" }), made(1, { network: "untrained" }), made(2, { class: "frog" }, "a,b@c")],
    [mark(9, 40)],
    MODELS,
  );
  const found = (text: string) => fitting(entries, filterOf(new URLSearchParams(text))).map(({ point }) => point.index);

  it("are found by each part of the address", () => {
    expect(found("")).toEqual([0, 1, 2, 9]);
    expect(found("from=tiny")).toEqual([0, 1, 9]);
    expect(found("of=frog")).toEqual([0, 2]);
    expect(found("best=yes")).toEqual([9]);
    expect(found("best=no&from=tiny")).toEqual([0, 1]);
    expect(found("by=untrained")).toEqual([1]);
    expect(found("by=trained")).toEqual([0, 2, 9]);
    expect(found("q=FROG+tiny")).toEqual([0]);
    expect(found("best=maybe&by=whom")).toEqual([0, 1, 2, 9]);
  });

  it("say what made them", () => {
    expect(captionOf(entries[1]!)).toBe("tiny, seed 7, index 1, untrained");
  });

  it("are chosen by their keys, also where they were not drawn", () => {
    const keys = [entries[3]!.key, entries[2]!.key, "tiny@8:3:truncation=0.5", "gone@7:1", "tiny@x", entries[3]!.key];
    expect(chosenOf(keys.join(","), entries, MODELS)).toEqual([
      entries[3],
      entries[2],
      { key: keys[2], model: "tiny", step: null, point: { seed: 8, index: 3, truncation: 0.5 }, mark: null },
    ]);
    expect(chosenOf(null, entries, MODELS)).toEqual([]);
  });

  it("are asked for by model, so many at once", () => {
    const asked = requestsFor([...entries, ...entriesOf([made(0, { class: "frog" })], [], MODELS)], 2);
    expect(asked.map(({ model, points }) => [model, points.map(({ index }) => index)])).toEqual([
      ["tiny", [0, 1]],
      ["tiny", [9]],
      ["a,b@c", [2]],
    ]);
  });
});
