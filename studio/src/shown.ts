// A picture as the page shows it: what it was drawn from, and how large.
import type { Picture, Point } from "./api";

export interface Shown {
  picture: Picture;
  point: Point;
  untrained: boolean;
}

/** How often a picture's pixels are repeated to be about `wanted` wide: always a whole number. */
export const scaleFor = (width: number, wanted: number): number => Math.max(1, Math.round(wanted / width));
