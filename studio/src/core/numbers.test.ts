import { expect, test } from "vitest";
import { duration, grouped, rounded, seedOf, short, wholeNumber } from "./numbers";

test("whole numbers", () => {
  expect(wholeNumber(" 16 ", 1, 16)).toEqual({ value: 16 });
  for (const [text, words] of [
    ["", "Enter"],
    ["0", "too few"],
    ["17", "too many"],
    ["1.5", "not whole"],
    ["1e1", "not a number"],
  ] as const)
    expect(wholeNumber(text, 1, 16)).toEqual({ wrong: expect.stringContaining(words) });
});

test("seeds", () => {
  for (const [text, value] of [
    ["0", 0],
    [" 7 ", 7],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
  ] as const)
    expect(seedOf(text)).toEqual({ value });
  for (const text of [
    "",
    "-1",
    "010",
    "+1",
    "1.5",
    "1e3",
    "9007199254740992",
    "9007199254740993",
    "18446744073709551616",
  ])
    expect(seedOf(text)).toEqual({
      wrong: `"${text}" is no seed: a seed is a whole number from 0 to 9007199254740991 in decimal digits.`,
    });
});

test("as people read them", () => {
  expect([grouped(3143616), short(3143616), short(12), rounded(null), rounded(0.123456)]).toEqual([
    "3,143,616",
    "3.14 M",
    "12",
    "–",
    "0.1235",
  ]);
  expect([duration(59.6), duration(61), duration(7300)]).toEqual(["1 min 0 s", "1 min 1 s", "2 h 1 min"]);
});
