import { expect, test } from "vitest";
import { MAX_STRENGTH, isKept, slidersOf, textOfSliders, type Direction } from "./sliders";

const smile: Direction = {
  name: "a smile|50 %; wide",
  with: [{ seed: 7, index: 1, class: "a;b|c" }],
  without: [{ seed: 7, index: 2 }],
};
const age: Direction = { name: "age", with: [{ seed: 1, index: 0 }], without: [{ seed: 1, index: 3 }] };

test("sliders are their text, and come back from it", () => {
  const sliders = [
    { ...smile, strength: -1.5 },
    { ...age, strength: 0 },
  ];
  expect(slidersOf(textOfSliders(sliders, []), [])).toEqual(sliders);
  expect(textOfSliders(sliders, [age])).not.toContain("age"); // it is kept, and where it was
});

test("kept ones are there, moved or not, in their order", () => {
  const text = textOfSliders([{ ...age, strength: 2 }], [age]);
  expect(slidersOf(text, [smile, age]).map(({ name, strength }) => [name, strength])).toEqual([
    [smile.name, 0],
    ["age", 2],
  ]);
  expect(slidersOf("age|1", [age])).toEqual([{ ...age, strength: 1 }]);
  expect(slidersOf("age|1", [])).toEqual([]);
});

test("an address's own direction goes before a kept one of its name", () => {
  const other: Direction = { ...age, without: [{ seed: 9, index: 9 }] };
  const [found] = slidersOf(textOfSliders([{ ...other, strength: 1 }], [age]), [age]);
  expect(found!.without).toEqual(other.without);
  expect([isKept(found!, [age]), isKept(age, [age])]).toEqual([false, true]);
});

test("what would be too long goes by its name", () => {
  const long: Direction = {
    ...smile,
    with: Array.from({ length: 16 }, (_, i) => ({ seed: 123456789, index: i, class: "c".repeat(90) })),
  };
  const kept = [long, age];
  const sliders = kept.map((direction) => ({ ...direction, strength: 1 }));
  const text = textOfSliders(sliders, kept);
  expect(text.length).toBeLessThan(100);
  expect(slidersOf(text, kept)).toEqual(sliders);
});

test("strengths stay in range, and what is nothing is none", () => {
  expect(slidersOf("age|99;|1|1:0|1:1;x|2;y|1|1:0|z", [age]).map(({ name, strength }) => [name, strength])).toEqual([
    ["age", MAX_STRENGTH],
  ]);
});
