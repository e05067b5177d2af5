import { expect, test } from "vitest";
import { joined, MOST } from "./log_text";

test("parts follow on each other", () => {
  const one = joined(null, { from: 0, end: 4, text: "one\n" });
  expect(joined(one, { from: 4, end: 8, text: "two\n" })).toEqual({ from: 0, end: 8, text: "one\ntwo\n" });
});

test("a log that was begun anew takes the place of the other", () => {
  const one = { from: 0, end: 400, text: "one\n" };
  expect(joined(one, { from: 0, end: 4, text: "new\n" }).text).toBe("new\n");
});

test("whole old lines are let go", () => {
  const long = { from: 0, end: MOST, text: "x".repeat(MOST - 1) + "\n" };
  expect(joined(long, { from: MOST, end: MOST + 4, text: "end\n" }).text).toBe("end\n");
});
