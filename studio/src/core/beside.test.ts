import { expect, test } from "vitest";
import { besideOf, inAll, textOfBeside } from "./beside";

test("models beside the chosen one are their text, and come back from it", () => {
  const all = [
    { id: "run-1.best", step: 40 },
    { id: "other", step: null },
  ];
  expect(besideOf(textOfBeside(all), "chosen")).toEqual(all);
  expect(besideOf(null, "chosen")).toEqual([]);
});

test("each once, not the chosen one, no more than fit", () => {
  expect(besideOf("a@1,chosen@2,a@3,,b/c,d@x,e", "chosen").map(({ id }) => id)).toEqual(["a", "e"]);
  expect(besideOf("a,b,c,d,e", "chosen").map(({ id }) => id)).toEqual(["a", "b", "c"]);
});

test("what all have", () => {
  expect(
    inAll([
      ["cat", "frog", "dog"],
      ["dog", "cat"],
    ]),
  ).toEqual(["cat", "dog"]);
  expect(inAll([["cat"], []])).toEqual([]);
});
