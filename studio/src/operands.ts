// The groups of images that arithmetic and directions work on, kept in the address: a=SEED:INDEX,SEED:INDEX
import { changed, go } from "./address";
import type { Point } from "./api";

export const OPERANDS = ["a", "b", "c"] as const; // of A - B + C
export const DIRECTION_OPERANDS = ["with", "without"] as const; // of a direction
export type Operand = (typeof OPERANDS | typeof DIRECTION_OPERANDS)[number];
export const OPERAND_TITLES: Record<Operand, string> = { a: "A", b: "− B", c: "+ C", with: "with", without: "without" };
/** Keys that send an image to an operand: a, minus, plus; with, without. */
export const OPERAND_KEYS: Record<string, Operand> = { a: "a", m: "b", p: "c", w: "with", o: "without" };
export const keyOf = (operand: Operand): string => Object.keys(OPERAND_KEYS).find((key) => OPERAND_KEYS[key] === operand)!;
export const MAX_IN_OPERAND = 16;

export function pointsOf(text: string | null): Point[] {
  return (text ?? "").split(",").flatMap((part) => {
    const [seed, index] = part.split(":").map(Number);
    const fine = part.includes(":") && Number.isSafeInteger(seed) && Number.isSafeInteger(index) && seed! >= 0 && index! >= 0;
    return fine ? [{ seed: seed!, index: index! }] : [];
  });
}

export const textOf = (points: Point[]): string => points.map(({ seed, index }) => `${seed}:${index}`).join(",");
export const samePoint = (one: Point, other: Point): boolean => one.seed === other.seed && one.index === other.index;

/** Puts an image into an operand, or takes it out again; stays in the view or goes to Explore. */
export function toOperand(operand: Operand, point: Point, explore: boolean): void {
  const query = new URLSearchParams(location.search);
  const points = pointsOf(query.get(operand));
  const next = points.some((other) => samePoint(point, other)) ? points.filter((other) => !samePoint(point, other)) : [...points, point].slice(-MAX_IN_OPERAND);
  const address = changed({ [operand]: textOf(next) || null });
  go(explore ? address.replace(location.pathname, "/explore") : address);
}
