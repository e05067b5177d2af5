import { expect, test } from "vitest";
import { noticesOf } from "./notices";

const run = (state: string, health: string | null = null, why: string | null = null) => ({
  id: "a",
  state,
  health,
  why,
});

test("ends of what was under way are told", () => {
  expect(noticesOf([run("running")], [run("done")])).toEqual([{ id: "a", title: "a is done", body: "" }]);
  expect(noticesOf([run("waiting")], [run("failed", null, "no data")])[0]).toMatchObject({ body: "no data" });
  expect(noticesOf([run("running")], [run("running")])).toEqual([]);
});

test("what had ended before, or was not known, is no news", () => {
  expect(noticesOf([run("done")], [run("done")])).toEqual([]);
  expect(noticesOf([], [run("done")])).toEqual([]);
});

test("a collapse is told once", () => {
  expect(noticesOf([run("running")], [run("running", "its images are all the same")])).toHaveLength(1);
  expect(noticesOf([run("running", "x")], [run("running", "y")])).toEqual([]);
});
