// Which images were drawn lately in this browser, as points without their pixels: the gallery shows them.
import { HAS_SERVER } from "../api/client";
import { packed, unpacked, withDrawn, type Made } from "../core/gallery";
import { readKept, useKept, writeKept } from "./kept";

const DRAWN = "ganymede-drawn";

const read = (): Made[] => unpacked(readKept(DRAWN));

/** Images of points arrived. Where this browser keeps nothing more they are not remembered. */
export function rememberDrawn(images: Made[]): void {
  if (!HAS_SERVER) return; // that page has no gallery
  const before = read();
  const after = withDrawn(before, images);
  if (JSON.stringify(packed(after)) !== JSON.stringify(packed(before))) writeKept(DRAWN, packed(after));
}

export const useDrawn = (): Made[] => useKept(read);

/** What was remembered until now. */
export function forgetDrawn(): Made[] {
  const before = read();
  writeKept(DRAWN, []);
  return before;
}

/** Takes that back: what was drawn since stays the newest. */
export const remindOf = (forgotten: Made[]): void => void writeKept(DRAWN, packed(withDrawn(forgotten, read())));
