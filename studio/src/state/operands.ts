// The groups of images that arithmetic and directions work on, kept in the address: a=POINT,POINT
// and the four images that are blended and interpolated: corners=POINT,POINT,POINT,POINT
import { arithmetic } from "limits";
import { HAS_SERVER } from "../api/client";
import { seedOf } from "../core/numbers";
import { pointsOf, samePoint, textOf, type Point } from "../core/points";
import { changed, go, pathname } from "./address";

export const OPERANDS = ["a", "b", "c"] as const; // of A - B + C
export const DIRECTION_OPERANDS = ["with", "without"] as const; // of a direction
export type Operand = (typeof OPERANDS | typeof DIRECTION_OPERANDS)[number];
export const OPERAND_TITLES: Record<Operand, string> = { a: "A", b: "− B", c: "+ C", with: "with", without: "without" };
/** Keys that send an image to an operand: a, minus, plus; with, without. */
export const OPERAND_KEYS: Record<string, Operand> = { a: "a", m: "b", p: "c", w: "with", o: "without" };
export const keyOf = (operand: Operand): string =>
  Object.keys(OPERAND_KEYS).find((key) => OPERAND_KEYS[key] === operand)!;
export const MAX_IN_OPERAND = arithmetic.a.maxItems;

export const CORNERS = 4;
export const CORNER_TITLES = ["↖", "↗", "↙", "↘"];
export const CORNER_NAMES = ["upper left", "upper right", "lower left", "lower right"];
/** Which corner a key sends an image to, 1 to 4; -1 where it is none. */
export const cornerOf = (key: string): number => (/^[1-4]$/.test(key) ? Number(key) - 1 : -1);

/** The four corners of an address: the first four images of the seed that is shown, unless it says otherwise. */
export function cornersOf(query: URLSearchParams): Point[] {
  const chosen = pointsOf(query.get("corners"));
  if (chosen.length === CORNERS) return chosen;
  const seed = seedOf(query.get("seed") ?? "1");
  return Array.from({ length: CORNERS }, (_, index) => ({ seed: "value" in seed ? seed.value : 1, index }));
}

/** Makes an image one of the four corners; stays in the view, or goes to Explore with its model. */
export function toCorner(corner: number, point: Point, explore: { model: string } | null): void {
  const corners = cornersOf(new URLSearchParams(location.search));
  send({ corners: textOf(corners.map((one, i) => (i === corner ? point : one))) }, explore);
}

function send(query: Record<string, string | null>, explore: { model: string } | null): void {
  const model = new URLSearchParams(location.search).get("model");
  const other: Record<string, string | null> =
    explore && explore.model !== model ? { model: explore.model, step: null } : {};
  const view: Record<string, string | null> = HAS_SERVER ? {} : { view: "explore" };
  const address = changed({ ...query, ...(explore ? { open: null, ...other, ...view } : {}) });
  go(explore && HAS_SERVER ? address.replace(pathname(), "/explore") : address);
}

/** Puts an image into an operand, or takes it out again; stays in the view, or goes to Explore with its model. */
export function toOperand(operand: Operand, point: Point, explore: { model: string } | null): void {
  const query = new URLSearchParams(location.search);
  const points = pointsOf(query.get(operand));
  const next = points.some((other) => samePoint(point, other))
    ? points.filter((other) => !samePoint(point, other))
    : [...points, point].slice(-MAX_IN_OPERAND);
  send({ [operand]: textOf(next) || null }, explore);
}
