import { expect, test } from "vitest";
import { age, appended } from "./table";

const old = { first: 0, rows: 1000, columns: { step: [1, 999], loss_d: [0.5, null] } };

test("new rows come behind", () => {
  expect(appended(old, { first: 1000, rows: 1001, columns: { step: [1000], loss_d: [0.25], other: [1] } })).toEqual({
    first: 0,
    rows: 1001,
    columns: { step: [1, 999, 1000], loss_d: [0.5, null, 0.25] },
  });
});

test("a gap and a new beginning are seen", () => {
  expect(appended(old, { first: 1001, rows: 1002, columns: {} })).toBeNull();
  expect(appended(old, { first: 0, rows: 1, columns: {} })).toBeNull();
});

test("a long table ages slowly", () => {
  expect(age(100)).not.toBe(age(130));
  expect(age(100_000)).toBe(age(100_100));
});
