// Long lists: only the lines in sight are made.
import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { inSight } from "../core/bench";

/** Which of `count` lines of equal height are to be there; `place` is what holds them, from its first line on. */
export function useInSight<T extends HTMLElement>(
  count: number,
  height: number,
): { place: RefObject<T>; first: number; end: number } {
  const place = useRef<T>(null);
  const [range, set] = useState({ first: 0, end: Math.min(count, 40) });
  useLayoutEffect(() => {
    const look = () => {
      const next = inSight(place.current?.getBoundingClientRect().top ?? 0, innerHeight, height, count);
      set((old) => (old.first === next.first && old.end === next.end ? old : next));
    };
    look();
    addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    return () => {
      removeEventListener("scroll", look);
      removeEventListener("resize", look);
    };
  }, [count, height]);
  return { place, ...range };
}

/** CSS pixels of that many of the root's font size, which the reader may have made larger. */
export const rem = (size: number): number => size * parseFloat(getComputedStyle(document.documentElement).fontSize);
