// Curves of a chart: what is drawn of a run's columns, and what a chart is written down as.

export interface Curve {
  name: string;
  colour: number; // which of the colours
  dash: number; // 0: a whole line
  x: number[];
  y: (number | null)[];
}

export const AXES = ["step", "epoch", "images", "seconds"] as const;
export type Axis = (typeof AXES)[number];

/** An average of what came before, in which the newest value counts 1 - `weight` (begun without the bias to zero of
 * Kingma and Ba 2015, 3). What is missing stays missing. */
export function smoothed(y: (number | null)[], weight: number): (number | null)[] {
  let sum = 0;
  let share = 1;
  return y.map((value) => {
    if (value === null) return null;
    sum = weight * sum + (1 - weight) * value;
    share *= weight;
    return sum / (1 - share);
  });
}

/** The logarithm has no place for what is not above zero. */
export const positive = (y: (number | null)[]): (number | null)[] =>
  y.map((value) => (value !== null && value > 0 ? value : null));

export const lastOf = (values: ArrayLike<number | null | undefined>): number | null => {
  for (let i = values.length - 1; i >= 0; --i) if (values[i] != null) return values[i]!;
  return null;
};

const MANY_POINTS = 500; // of a chart

/** Many points make bands of their lines: thinner ones tell more there, and a browser that draws without a GPU strokes
 * lines of one pixel ten times as fast. */
export const lineWidthOf = (curves: Curve[]): number =>
  curves.reduce((points, { y }) => points + y.length, 0) > MANY_POINTS ? 1 : 1.5;

/** From the 2nd to the 98th percentile: a few wild values do not flatten the rest. Null where there is nothing. */
export function robustRange(values: (number | null | undefined)[]): [number, number] | null {
  const sorted = values.filter((value): value is number => value != null).sort((a, b) => a - b);
  if (!sorted.length) return null;
  const at = (part: number) => sorted[Math.round(part * (sorted.length - 1))]!;
  return [at(0.02), at(0.98)];
}

/** The least and the greatest x of all; null where there is none. */
export function domainOf(curves: Curve[]): [number, number] | null {
  let [low, high] = [Infinity, -Infinity];
  for (const { x } of curves) {
    if (!x.length) continue;
    low = Math.min(low, x[0]!);
    high = Math.max(high, x[x.length - 1]!);
  }
  return low < high ? [low, high] : null;
}

/** Where in ascending values one is nearest to `wanted`; -1 where there are none. */
export function nearestTo(values: ArrayLike<number | null>, wanted: number): number {
  let best = -1;
  for (let i = 0; i < values.length; ++i) {
    const value = values[i];
    if (value == null) continue;
    if (best < 0 || Math.abs(value - wanted) <= Math.abs(values[best]! - wanted)) best = i;
  }
  return best;
}

/** All curves by their x, a row each: what one lacks there is null. */
export function rowsOf(curves: Curve[]): { x: number; y: (number | null)[] }[] {
  const rows = new Map<number, (number | null)[]>();
  curves.forEach(({ x, y }, place) =>
    x.forEach((at, i) => {
      const row =
        rows.get(at) ??
        rows
          .set(
            at,
            curves.map(() => null),
          )
          .get(at)!;
      row[place] = y[i] ?? null;
    }),
  );
  return [...rows].sort(([a], [b]) => a - b).map(([x, y]) => ({ x, y }));
}

/** At most `most` of them, evenly, the first and the last among them. */
export const some = <T>(all: T[], most: number): T[] =>
  all.length <= most
    ? all
    : Array.from({ length: most }, (_, i) => all[Math.round((i * (all.length - 1)) / (most - 1))]!);

/** As a spreadsheet reads it (RFC 4180). */
export function csvOf(axis: string, curves: Curve[]): string {
  const quoted = (name: string) => (/[",\n]/.test(name) ? `"${name.replace(/"/g, '""')}"` : name);
  const lines = [
    [axis, ...curves.map(({ name }) => name)].map(quoted),
    ...rowsOf(curves).map(({ x, y }) => [x, ...y.map((value) => value ?? "")]),
  ];
  return lines.map((line) => line.join(",") + "\r\n").join("");
}
