import { expect, test } from "vitest";
import { LABEL, layFilm } from "./film";

test("small sheets are enlarged by whole numbers, large ones cut", () => {
  const { places } = layFilm([
    { width: 50, height: 50 },
    { width: 3000, height: 100 },
  ]);
  expect(places[0]).toMatchObject({ scale: 5, width: 250, height: 250 });
  expect(places[1]).toMatchObject({ scale: 1, height: 100 });
  expect(places[1]!.width).toBeLessThan(1120 / 2);
});

test.each([1, 2, 3, 5, 12])("%i sheets lie beside and below each other, each with room for its name", (count) => {
  const { width, height, places } = layFilm(Array.from({ length: count }, (_, i) => ({ width: 60 + i, height: 70 })));
  const boxes = places.map((one) => ({ ...one, y: one.y - LABEL, height: one.height + LABEL }));
  for (const [i, a] of boxes.entries()) {
    expect(a.y).toBeGreaterThanOrEqual(LABEL); // the step's line
    expect(a.x + a.width).toBeLessThanOrEqual(width);
    expect(a.y + a.height).toBeLessThanOrEqual(height);
    for (const b of boxes.slice(i + 1)) {
      const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
      expect(apart).toBe(true);
    }
  }
});
