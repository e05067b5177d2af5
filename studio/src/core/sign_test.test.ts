import { expect, test } from "vitest";
import { pairsOf, signTest, tooFew, verdict } from "./sign_test";

test("the sign test gives the binomial's tails", () => {
  expect(signTest(0, 0)).toBe(1);
  expect(signTest(5, 5)).toBe(1);
  expect(signTest(0, 5)).toBeCloseTo(2 / 32, 12);
  expect(signTest(8, 2)).toBeCloseTo((2 * (1 + 10 + 45)) / 1024, 12); // 0.109375, as binom.test(8, 10) of R says
  expect(signTest(2, 8)).toBe(signTest(8, 2));
  expect(signTest(64, 0)).toBeCloseTo(2 ** -63, 30);
});

test("pairs, the more votes first, corrected for their number", () => {
  expect(pairsOf([2, 8])).toEqual([{ more: 1, less: 0, votes: [8, 2], p: signTest(8, 2) }]);
  const three = pairsOf([10, 1, 0]);
  expect(three.map(({ more, less }) => [more, less])).toEqual([
    [0, 1],
    [0, 2],
    [1, 2],
  ]);
  expect(three[1]!.p).toBeCloseTo(3 * signTest(10, 0), 12);
  expect(three[2]!.p).toBe(1);
});

test("how many preferences it takes", () => {
  expect([5, 6].map((n) => tooFew(n, 1))).toEqual([true, false]);
  expect([6, 7].map((n) => tooFew(n, 3))).toEqual([true, false]);
});

test("in words", () => {
  const said = (counts: number[]) => pairsOf(counts).map((pair) => verdict(pair, ["old", "new", "third"], 1))[0];
  expect(said([0, 0])).toMatch(/nothing was preferred/);
  expect(said([0, 5])).toMatch(/^new 5, old 0: too few/);
  expect(said([2, 8])).toBe(
    "new 8, old 2: were they alike, a vote as uneven would come about in 11 % of cases. It may well be chance.",
  );
  expect(said([10, 0])).toMatch(/in 0.2 % of cases. old is preferred; that is hardly chance.$/);
  expect(said([40, 0])).toMatch(/in less than 0.1 % of cases/);
});
