import { expect, test } from "vitest";
import { newVote, orderOf, saltOf, tallyOf, textOfVotes, votesOf } from "./votes";

test("every order comes, and comes again from the same salt", () => {
  const orders = Array.from({ length: 600 }, (_, row) => orderOf("salt", row, 3).join(""));
  const counts = ["012", "021", "102", "120", "201", "210"].map(
    (one) => orders.filter((order) => order === one).length,
  );
  expect(counts.reduce((sum, one) => sum + one)).toBe(600);
  for (const count of counts) expect(count).toBeGreaterThan(60); // of about 100
  expect(Array.from({ length: 600 }, (_, row) => orderOf("salt", row, 3).join(""))).toEqual(orders);
  expect(orders).not.toEqual(Array.from({ length: 600 }, (_, row) => orderOf("another", row, 3).join("")));
});

test("a vote is of its images alone", () => {
  const vote = newVote("k3", "tiny@40 seed 1");
  expect(saltOf(vote, "tiny@40 seed 1")).toBe("k3");
  for (const other of [saltOf(vote, "tiny@41 seed 1"), saltOf("k3", "x"), saltOf("", "x"), saltOf(null, "x")])
    expect(other).toBeNull();
});

test("votes are their text, and come back from it", () => {
  expect(votesOf("12-0", 5, 2)).toEqual([1, 2, null, 0, null]);
  expect(votesOf("93x", 3, 3)).toEqual([null, 3, null]);
  expect(votesOf(null, 2, 2)).toEqual([null, null]);
  expect(textOfVotes([1, null, 0])).toBe("1-0");
});

test("a place counts for the model that stood there", () => {
  const votes = [0, 1, 2, 3].map((row) => orderOf("s", row, 2).indexOf(1) + 1);
  expect(tallyOf([...votes, 0, null], "s", 2)).toEqual({ counts: [0, 4], none: 1, left: 1 });
});
