// Curves over steps: drag to zoom, double click to see all; charts of one page share a cursor.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";

export interface Curve {
  name: string;
  x: number[];
  y: (number | null)[];
}

/** Told apart in both themes, by people who see colours differently too (Okabe and Ito 2008, darkened a little). */
const COLOURS = ["#0b7bc0", "#d1620a", "#0a9170", "#c2579a", "#8a6d00", "#5b5bd6"];
const HEIGHT = 220;

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function optionsFor(curves: Curve[], width: number): uPlot.Options {
  const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 } };
  return {
    width,
    height: HEIGHT,
    cursor: { sync: { key: "run" }, focus: { prox: 24 } },
    scales: { x: { time: false } },
    axes: [axis, { ...axis, size: 56 }],
    series: [{ label: "step" }, ...curves.map(({ name }, i) => ({ label: name, stroke: COLOURS[i % COLOURS.length], width: 1.5, spanGaps: true, points: { show: false } }))],
  };
}

const dataOf = (curves: Curve[]): uPlot.AlignedData =>
  curves.length === 1 ? [curves[0]!.x, curves[0]!.y] : (uPlot.join(curves.map(({ x, y }) => [x, y] as uPlot.AlignedData)) as uPlot.AlignedData);

export function Chart({ title, curves }: { title: string; curves: Curve[] }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const names = curves.map(({ name }) => name).join("\n");
  useEffect(() => {
    const make = () => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsFor(curves, place.current!.clientWidth), dataOf(curves), place.current!);
    };
    make();
    const resized = new ResizeObserver(() => plot.current?.setSize({ width: place.current!.clientWidth, height: HEIGHT }));
    resized.observe(place.current!);
    const themed = new MutationObserver(make);
    themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      resized.disconnect();
      themed.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [names]);
  useEffect(() => {
    const chart = plot.current;
    if (!chart) return;
    const { min, max } = chart.scales["x"]!;
    const all = chart.data[0];
    const zoomed = all.length > 1 && min != null && max != null && (min > all[0]! || max < all[all.length - 1]!);
    chart.setData(dataOf(curves), !zoomed); // who has zoomed in stays there
  }, [curves]);
  const last = curves.map(({ name, y }) => `${name} ${[...y].reverse().find((value) => value !== null)?.toPrecision(4) ?? "unknown"}`).join(", ");
  return (
    <figure class="chart" role="group" aria-label={`${title}: last values ${last}`}>
      <figcaption>{title}</figcaption>
      <div ref={place} style={{ minHeight: `${HEIGHT}px` }} />
    </figure>
  );
}

/** A curve without axes, thinned to what can be seen. */
export function Sparkline({ values, name }: { values: (number | null)[]; name: string }) {
  const known = values.filter((value): value is number => value !== null);
  const step = Math.max(1, Math.floor(known.length / 60));
  const thin = known.filter((_, i) => i % step === 0);
  const low = Math.min(...thin);
  const range = Math.max(...thin) - low || 1;
  const points = thin.map((value, i) => `${((i / Math.max(1, thin.length - 1)) * 96 + 2).toFixed(1)},${(22 - ((value - low) / range) * 20).toFixed(1)}`);
  return (
    <svg class="spark" viewBox="0 0 100 24" role="img" aria-label={`${name}, from ${known[0]?.toPrecision(3)} to ${known.at(-1)?.toPrecision(3)}`}>
      <polyline points={points.join(" ")} />
    </svg>
  );
}
