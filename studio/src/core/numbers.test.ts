import { expect, test } from "vitest";
import { duration, grouped, rounded, short, wholeNumber } from "./numbers";

test("whole numbers", () => {
  expect(wholeNumber(" 16 ", 1, 16)).toEqual({ value: 16 });
  for (const [text, words] of [["", "Enter"], ["0", "too few"], ["17", "too many"], ["1.5", "not whole"], ["1e1", "not a number"]] as const) expect(wholeNumber(text, 1, 16)).toEqual({ wrong: expect.stringContaining(words) });
});

test("as people read them", () => {
  expect([grouped(3143616), short(3143616), short(12), rounded(null), rounded(0.123456)]).toEqual(["3,143,616", "3.14 M", "12", "–", "0.1235"]);
  expect([duration(59.6), duration(61), duration(7300)]).toEqual(["1 min 0 s", "1 min 1 s", "2 h 1 min"]);
});
