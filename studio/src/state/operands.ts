// The groups of images that arithmetic and directions work on, kept in the address: a=POINT,POINT
import { arithmetic } from "limits";
import { pointsOf, samePoint, textOf, type Point } from "../core/points";
import { changed, go } from "./address";

export const OPERANDS = ["a", "b", "c"] as const; // of A - B + C
export const DIRECTION_OPERANDS = ["with", "without"] as const; // of a direction
export type Operand = (typeof OPERANDS | typeof DIRECTION_OPERANDS)[number];
export const OPERAND_TITLES: Record<Operand, string> = { a: "A", b: "− B", c: "+ C", with: "with", without: "without" };
/** Keys that send an image to an operand: a, minus, plus; with, without. */
export const OPERAND_KEYS: Record<string, Operand> = { a: "a", m: "b", p: "c", w: "with", o: "without" };
export const keyOf = (operand: Operand): string =>
  Object.keys(OPERAND_KEYS).find((key) => OPERAND_KEYS[key] === operand)!;
export const MAX_IN_OPERAND = arithmetic.a.maxItems;

/** Puts an image into an operand, or takes it out again; stays in the view, or goes to Explore with its model. */
export function toOperand(operand: Operand, point: Point, explore: { model: string } | null): void {
  const query = new URLSearchParams(location.search);
  const points = pointsOf(query.get(operand));
  const next = points.some((other) => samePoint(point, other))
    ? points.filter((other) => !samePoint(point, other))
    : [...points, point].slice(-MAX_IN_OPERAND);
  const other: Record<string, string | null> =
    explore && explore.model !== query.get("model") ? { model: explore.model, step: null } : {};
  const address = changed({ [operand]: textOf(next) || null, ...(explore ? { open: null, ...other } : {}) });
  go(explore ? address.replace(location.pathname, "/explore") : address);
}
