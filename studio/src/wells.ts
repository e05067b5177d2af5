// The groups of pictures that arithmetic and directions work on, kept in the address: a=SEED:INDEX,SEED:INDEX
import { changed, go } from "./address";
import type { Point } from "./api";

export const WELLS = ["a", "b", "c"] as const; // of A - B + C
export const SIDES = ["with", "without"] as const; // of a direction
export type Well = (typeof WELLS | typeof SIDES)[number];
export const WELL_TITLES: Record<Well, string> = { a: "A", b: "− B", c: "+ C", with: "with", without: "without" };
/** Keys that send a picture to a well: a, minus, plus; with, without. */
export const WELL_KEYS: Record<string, Well> = { a: "a", m: "b", p: "c", w: "with", o: "without" };
export const keyOf = (well: Well): string => Object.keys(WELL_KEYS).find((key) => WELL_KEYS[key] === well)!;
export const MOST_IN_WELL = 16;

export function pointsOf(text: string | null): Point[] {
  return (text ?? "").split(",").flatMap((part) => {
    const [seed, index] = part.split(":").map(Number);
    const fine = part.includes(":") && Number.isSafeInteger(seed) && Number.isSafeInteger(index) && seed! >= 0 && index! >= 0;
    return fine ? [{ seed: seed!, index: index! }] : [];
  });
}

export const textOf = (points: Point[]): string => points.map(({ seed, index }) => `${seed}:${index}`).join(",");
export const samePoint = (one: Point, other: Point): boolean => one.seed === other.seed && one.index === other.index;

/** Puts a picture into a well, or takes it out again; stays in the view or goes to Explore. */
export function toWell(well: Well, point: Point, explore: boolean): void {
  const query = new URLSearchParams(location.search);
  const points = pointsOf(query.get(well));
  const next = points.some((other) => samePoint(point, other)) ? points.filter((other) => !samePoint(point, other)) : [...points, point].slice(-MOST_IN_WELL);
  const address = changed({ [well]: textOf(next) || null });
  go(explore ? address.replace(location.pathname, "/explore") : address);
}
