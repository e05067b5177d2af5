// What charts look like: colours, dashes and numbers, on the screen and on paper.
import type { Curve } from "../core/curves";
import { counted, duration, grouped, rounded } from "../core/numbers";
import type { Axis } from "../core/curves";

/** Told apart in both themes, by people who see colours differently too (Okabe and Ito 2008, darkened a little). */
export const COLOURS = ["#0b7bc0", "#d1620a", "#0a9170", "#c2579a", "#8a6d00", "#5b5bd6"] as const;
export const DASHES = [[], [6, 3], [2, 2], [8, 3, 2, 3]] as const;

// "12.5M": it has the room it has.
const COMPACT = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 4 });

export const strokeOf = ({ colour }: Curve): string => COLOURS[colour % COLOURS.length]!;
export const dashOf = ({ dash }: Curve): number[] => [...DASHES[dash % DASHES.length]!];
export const compact = (value: number): string => COMPACT.format(value);

export const AXIS_TITLES: Record<Axis, string> = { step: "step", epoch: "epoch", images: "images", seconds: "time" };

/** "step 1,200", "epoch 3.25", "6,400 images", "2 min 5 s" */
export function placeText(axis: Axis, value: number | null): string {
  if (value === null) return `${AXIS_TITLES[axis]} –`;
  if (axis === "seconds") return duration(value);
  if (axis === "images") return counted(Math.round(value), "image");
  return axis === "epoch" ? `epoch ${rounded(value, 4)}` : `step ${grouped(value)}`;
}

/** Of a tick on that axis. */
export const tickText = (axis: Axis, value: number): string =>
  axis === "seconds" && value !== 0 ? duration(value).replace(/ 0 (min|s)$/, "") : compact(value);

/** A colour of the theme, as a canvas takes it. */
export function themed(name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

/** Calls whenever colours may be others: the page's own choice of a theme, or the system's. */
export function onTheme(call: () => void): () => void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const chosen = new MutationObserver(call);
  chosen.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  dark.addEventListener("change", call);
  return () => {
    chosen.disconnect();
    dark.removeEventListener("change", call);
  };
}
