// Curves over steps: drag to zoom, double click to see all; charts of one page share a cursor. By keyboard: arrows move
// the cursor, plus and minus zoom about it, 0 shows all.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { grouped, rounded } from "../core/numbers";

export interface Curve {
  name: string;
  colour: number; // which of the colours
  dash: number; // 0: a whole line
  x: number[];
  y: (number | null)[];
}

/** Told apart in both themes, by people who see colours differently too (Okabe and Ito 2008, darkened a little). */
const COLOURS = ["#0b7bc0", "#d1620a", "#0a9170", "#c2579a", "#8a6d00", "#5b5bd6"];
const DASHES = [[], [6, 3], [2, 2], [8, 3, 2, 3]];
const HEIGHT = 220;
const COMPACT = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 4 }); // "12.5M": it has the room it has

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const strokeOf = ({ colour: which }: Curve): string => COLOURS[which % COLOURS.length]!;
const dashOf = ({ dash }: Curve): number[] => DASHES[dash % DASHES.length]!;

function optionsFor(curves: Curve[], width: number, onCursor: (index: number | null) => void): uPlot.Options {
  const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 } };
  return {
    width,
    height: HEIGHT,
    legend: { show: false }, // ours has its room before the curves are there, and is read out
    cursor: { sync: { key: "run" }, focus: { prox: 24 } },
    scales: { x: { time: false } },
    axes: [axis, { ...axis, size: 56, values: (_, ticks) => ticks.map((tick) => COMPACT.format(tick)) }],
    series: [{ label: "step" }, ...curves.map((curve) => ({ label: curve.name, stroke: strokeOf(curve), dash: dashOf(curve), width: 1.5, spanGaps: true, points: { show: false } }))],
    hooks: { setCursor: [(chart) => onCursor(chart.cursor.idx ?? null)] },
  };
}

const dataOf = (curves: Curve[]): uPlot.AlignedData =>
  curves.length === 1 ? [curves[0]!.x, curves[0]!.y] : (uPlot.join(curves.map(({ x, y }) => [x, y] as uPlot.AlignedData)) as uPlot.AlignedData);

const lastOf = (values: ArrayLike<number | null | undefined>): number | null => {
  for (let i = values.length - 1; i >= 0; --i) if (values[i] != null) return values[i]!;
  return null;
};

/** Calls whenever colours may be others: the page's own choice of a theme, or the system's. */
function onTheme(call: () => void): () => void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const chosen = new MutationObserver(call);
  chosen.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  dark.addEventListener("change", call);
  return () => {
    chosen.disconnect();
    dark.removeEventListener("change", call);
  };
}

function Legend({ curves, values, step }: { curves: Curve[]; values: (number | null)[]; step: number | null }) {
  return (
    <p class="legend">
      <span class="value">step {step === null ? "–" : grouped(step)}</span>
      {curves.map((curve, i) => (
        <span key={curve.name} class="entry">
          <svg viewBox="0 0 20 8" width="20" height="8" aria-hidden="true">
            <line x1="0" y1="4" x2="20" y2="4" stroke={strokeOf(curve)} stroke-width="2" stroke-dasharray={dashOf(curve).join(" ")} />
          </svg>
          {curve.name} <b class="value">{rounded(values[i], 4)}</b>
        </span>
      ))}
    </p>
  );
}

/** Zooms in or out about the cursor, or shows all. */
function zoom(chart: uPlot, factor: number): void {
  const all = chart.data[0];
  const { min, max } = chart.scales["x"]!;
  if (all.length < 2 || min == null || max == null) return;
  const [first, last] = [all[0]!, all[all.length - 1]!];
  const at = all[chart.cursor.idx ?? -1] ?? (min + max) / 2;
  const [low, high] = factor === 0 ? [first, last] : [at - (at - min) * factor, at + (max - at) * factor];
  chart.setScale("x", { min: Math.max(first, low), max: Math.min(last, high) });
}

function moveCursor(chart: uPlot, to: number): void {
  const all = chart.data[0];
  if (!all.length) return;
  const index = Math.min(all.length - 1, Math.max(0, to));
  // Its types do not know that the third has the other charts follow.
  const set = chart.setCursor as (at: { left: number; top: number }, fire: boolean, publish: boolean) => void;
  set({ left: chart.valToPos(all[index]!, "x"), top: HEIGHT / 3 }, true, true);
}

/** Whether the key was one of the chart's. */
function onChartKey(chart: uPlot, event: KeyboardEvent): boolean {
  const end = chart.data[0].length - 1;
  const at = chart.cursor.idx ?? end;
  const by = event.shiftKey ? Math.max(10, Math.round(end / 20)) : 1;
  if (event.key === "ArrowLeft") moveCursor(chart, at - by);
  else if (event.key === "ArrowRight") moveCursor(chart, at + by);
  else if (event.key === "Home") moveCursor(chart, 0);
  else if (event.key === "End") moveCursor(chart, end);
  else if (event.key === "+" || event.key === "=") zoom(chart, 0.5);
  else if (event.key === "-") zoom(chart, 2);
  else if (event.key === "0") zoom(chart, 0);
  else return false;
  return true;
}

export function Chart({ title, curves }: { title: string; curves: Curve[] }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [index, setIndex] = useState<number | null>(null);
  const [said, say] = useState("");
  const data = useMemo(() => dataOf(curves), [curves]);
  const newest = useRef({ curves, data });
  newest.current = { curves, data };
  const names = curves.map(({ name, colour: which, dash }) => `${name} ${which} ${dash}`).join("\n");
  useEffect(() => {
    const make = () => {
      const old = plot.current;
      const { min, max } = old?.scales["x"] ?? {};
      old?.destroy();
      const chart = new uPlot(optionsFor(newest.current.curves, place.current!.clientWidth, setIndex), newest.current.data, place.current!);
      plot.current = chart;
      if (old && min != null && max != null) chart.setScale("x", { min, max });
    };
    make();
    const resized = new ResizeObserver(() => plot.current?.setSize({ width: place.current!.clientWidth, height: HEIGHT }));
    resized.observe(place.current!);
    const untheme = onTheme(make);
    return () => {
      resized.disconnect();
      untheme();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [names]);
  useEffect(() => {
    const chart = plot.current;
    if (!chart || chart.data === data) return;
    const { min, max } = chart.scales["x"]!;
    const all = chart.data[0];
    const zoomed = all.length > 1 && min != null && max != null && (min > all[0]! || max < all[all.length - 1]!);
    chart.setData(data, !zoomed); // who has zoomed in stays there
  }, [data]);
  const at = index !== null && index < data[0].length ? index : null;
  const values = curves.map((_, i) => (at === null ? lastOf(data[i + 1]!) : (data[i + 1]![at] ?? null)));
  const step = at === null ? lastOf(data[0]) : data[0][at]!;
  const last = curves.map(({ name }, i) => `${name} ${lastOf(data[i + 1]!)?.toPrecision(4) ?? "unknown"}`).join(", ");
  const onKey = (event: KeyboardEvent) => {
    const chart = plot.current;
    if (!chart || event.ctrlKey || event.metaKey || event.altKey || !onChartKey(chart, event)) return;
    event.preventDefault();
    const now = chart.cursor.idx;
    const values = now == null ? "" : `step ${grouped(chart.data[0][now]!)}: ${newest.current.curves.map(({ name }, i) => `${name} ${rounded(chart.data[i + 1]![now])}`).join(", ")}`;
    say(values);
  };
  return (
    <figure class="chart" role="group" tabIndex={0} aria-label={`${title}: last values ${last}`} aria-describedby="chart-keys" onKeyDown={onKey}>
      <figcaption>{title}</figcaption>
      <div ref={place} style={{ minHeight: `${HEIGHT}px` }} />
      <Legend curves={curves} values={values} step={step} />
      <span class="hidden" role="status">
        {said}
      </span>
    </figure>
  );
}

/** A curve without axes. */
export function Sparkline({ values, name }: { values: (number | null)[]; name: string }) {
  const known = values.filter((value): value is number => value !== null);
  if (!known.length) return <span class="spark" />;
  const low = Math.min(...known);
  const range = Math.max(...known) - low || 1;
  const points = known.map((value, i) => `${((i / Math.max(1, known.length - 1)) * 96 + 2).toFixed(1)},${(22 - ((value - low) / range) * 20).toFixed(1)}`);
  return (
    <svg class="spark" viewBox="0 0 100 24" role="img" aria-label={`${name}, from ${known[0]!.toPrecision(3)} to ${known.at(-1)!.toPrecision(3)}`}>
      <polyline points={points.join(" ")} />
    </svg>
  );
}
