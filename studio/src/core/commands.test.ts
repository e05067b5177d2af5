import { expect, test } from "vitest";
import { fit, matching } from "./commands";

const commands = ["Go to Runs", "Run shapes-hinge", "Run cifar10-conv", "Theme: dark"].map((title) => ({
  title,
  run: () => undefined,
}));
const titles = (typed: string, most = 9) => matching(commands, typed, most).map(({ title }) => title);

test("every word typed must be there, in any order", () => {
  expect(titles("conv run")).toEqual(["Run cifar10-conv"]);
  expect(titles("xyz")).toEqual([]);
  expect(titles("")).toHaveLength(4);
});

test("what begins so comes first", () => {
  expect(titles("run")).toEqual(["Run shapes-hinge", "Run cifar10-conv", "Go to Runs"]);
  expect(titles("run", 1)).toEqual(["Run shapes-hinge"]);
  expect(fit("shapes-hinge", "hinge")).toBeLessThan(fit("shapes-hinge", "inge")!);
});
