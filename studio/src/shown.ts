// An image as the page shows it: what it was generated from, and how large.
import type { GeneratedImage, Point } from "./api";

export interface Shown {
  image: GeneratedImage;
  point: Point;
  untrained: boolean;
}

/** How often an image's pixels are repeated to be about `wanted` wide: always a whole number. */
export const scaleFor = (width: number, wanted: number): number => Math.max(1, Math.round(wanted / width));
