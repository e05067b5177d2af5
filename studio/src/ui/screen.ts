// Sizes on this screen.
import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { fitting, near } from "../core/scale";

/** How large an image that is `width` wide is shown in about `wanted` CSS pixels, in CSS pixels for each of its own. */
export const scaleFor = (width: number, wanted: number): number => near(width, wanted, devicePixelRatio);
/** The same, at most that wide. */
export const scaleWithin = (width: number, room: number): number => fitting(width, room, devicePixelRatio);

/** The room an element has, in CSS pixels, as it changes. */
export function useWidth<T extends HTMLElement>(): [RefObject<T>, number] {
  const place = useRef<T>(null);
  const [width, set] = useState(0);
  useLayoutEffect(() => {
    const measure = () => set(place.current!.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(place.current!);
    return () => observer.disconnect();
  }, []);
  return [place, width];
}

/** Whether an element has come into view, once; until then what it shows need not be asked for. */
export function useSeen<T extends HTMLElement>(): [RefObject<T>, boolean] {
  const place = useRef<T>(null);
  const [seen, set] = useState(false);
  useLayoutEffect(() => {
    if (seen) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && set(true),
      { rootMargin: "100px" },
    );
    observer.observe(place.current!);
    return () => observer.disconnect();
  }, [seen]);
  return [place, seen];
}
