import { expect, test } from "vitest";
import { fitting, near } from "./scale";

test("an image takes whole pixels of the screen", () => {
  for (const ratio of [1, 1.25, 1.5, 2, 3]) {
    for (const room of [90, 320, 500, 640]) expect((fitting(66, room, ratio) * ratio) % 1).toBeCloseTo(0);
    expect((near(28, 192, ratio) * ratio) % 1).toBeCloseTo(0);
  }
});

test("it fits where it can", () => {
  expect(fitting(66, 640, 1) * 66).toBeLessThanOrEqual(640);
  expect(fitting(528, 360, 3) * 528).toBeLessThanOrEqual(360);
  expect(fitting(528, 360, 1)).toBe(1); // it is to be scrolled
});
