// Curves over steps, epochs, images or time: drag to zoom, double click to see all, click to see the sample of that
// step. Charts of one page share cursor and zoom.
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { peculiaritiesOfView, type ChartView } from "../core/chart_view";
import {
  lastOf,
  lineWidthOf,
  positive,
  robustRange,
  rowsOf,
  smoothed,
  some,
  type Axis,
  type Curve,
} from "../core/curves";
import { rounded } from "../core/numbers";
import { saveChart, type ChartFormat } from "./chart_files";
import { onChartKey } from "./chart_keys";
import {
  AXIS_TITLES,
  COLOURS,
  DASHES,
  compact,
  dashOf,
  onTheme,
  placeText,
  strokeOf,
  themed,
  tickText,
} from "./chart_look";

const HEIGHT = 220;
const ROWS = 25; // of the table for those who cannot see the chart
const DRAG = 4; // pixels a pointer may move in a click
const FAINT = "40"; // of what was smoothed

export interface ChartProps {
  title: string;
  curves: Curve[];
  view: ChartView;
  domain: [number, number]; // all there is to see, in all charts
  marker: number | null; // where the sample that is shown was made
  onZoom: (zoom: [number, number] | null) => void;
  onPick: (x: number) => void;
}

type Range = [number, number];

/** What hooks of a chart ask for when they are called: a chart outlives what is rendered. */
type Newest = Pick<ChartProps, "curves" | "domain" | "view" | "marker"> & {
  data: uPlot.AlignedData;
  asked: { current: Range }; // what the address or a hand asked for last: the chart shows it, or will
  show: (zoom: Range | null) => void;
};

/** Lines as they are looked at; behind them, where they are smoothed, what they were made of. */
function linesOf(curves: Curve[], { smoothing, log }: ChartView): { lines: Curve[]; raw: Curve[] } {
  const fit = (curve: Curve, y: Curve["y"]): Curve => ({ ...curve, y: log ? positive(y) : y });
  return {
    lines: curves.map((curve) => fit(curve, smoothing ? smoothed(curve.y, smoothing) : curve.y)),
    raw: smoothing ? curves.map((curve) => fit(curve, curve.y)) : [],
  };
}

const dataOf = (curves: Curve[]): uPlot.AlignedData =>
  curves.length === 1
    ? [curves[0]!.x, curves[0]!.y]
    : (uPlot.join(curves.map(({ x, y }) => [x, y] as uPlot.AlignedData)) as uPlot.AlignedData);

/** The range of y for what is in sight. */
function rangeOfY(
  chart: uPlot,
  low: number | null,
  high: number | null,
  { robust, log }: ChartView,
): [number | null, number | null] {
  const [from, to] = chart.series[0]!.idxs ?? [0, chart.data[0].length - 1];
  const seen = robust
    ? robustRange(chart.data.slice(1).flatMap((values) => Array.from(values.slice(from, to + 1))))
    : null;
  const [least, greatest] = seen ?? [low, high];
  if (least == null || greatest == null) return [null, null];
  return log ? uPlot.rangeLog(least, greatest, 10, false) : uPlot.rangeNum(least, greatest, 0.1, true);
}

function drawMarker(chart: uPlot, at: number | null): void {
  const { min, max } = chart.scales["x"]!;
  if (at === null || min == null || max == null || at < min || at > max) return;
  const x = Math.round(chart.valToPos(at, "x", true)) + devicePixelRatio / 2; // on whole pixels
  const { top, height } = chart.bbox;
  chart.ctx.save();
  chart.ctx.strokeStyle = themed("--accent");
  chart.ctx.lineWidth = Math.round(devicePixelRatio) || 1;
  chart.ctx.setLineDash([4, 4]);
  chart.ctx.beginPath();
  chart.ctx.moveTo(x, top);
  chart.ctx.lineTo(x, top + height);
  chart.ctx.stroke();
  chart.ctx.restore();
}

/** Whether two ranges are one, but for what rounding in the address took. */
const same = (one: Range, other: Range): boolean =>
  one.every((value, i) => Math.abs(value - other[i]!) <= (other[1] - other[0]) * 1e-5);

function optionsFor(newest: () => Newest, width: number, onCursor: (index: number | null) => void): uPlot.Options {
  const { curves, view } = newest();
  const axis = {
    stroke: themed("--quiet"),
    grid: { stroke: themed("--line"), width: 1 },
    ticks: { stroke: themed("--line"), width: 1 },
  };
  const line = (curve: Curve, faint = "") => ({
    label: curve.name,
    stroke: strokeOf(curve) + faint,
    dash: dashOf(curve),
    width: lineWidthOf(curves),
    spanGaps: true,
    points: { show: false },
  });
  // A range that nobody asked for is one that was dragged, or all of this chart after a double click. One that was
  // asked for is never told on: address and chart would follow each other for ever.
  const zoomed = (chart: uPlot, scale: string) => {
    const { min, max } = chart.scales["x"]!;
    if (scale !== "x" || min == null || max == null) return;
    const { asked, domain, show } = newest();
    const [seen, own]: Range[] = [
      [min, max],
      [chart.data[0][0]!, chart.data[0][chart.data[0].length - 1]!],
    ];
    if (!same(seen!, asked.current)) show(same(seen!, domain) || same(seen!, own!) ? null : seen!);
  };
  return {
    width,
    height: HEIGHT,
    legend: { show: false }, // ours has its room before the curves are there, and is read out
    cursor: { sync: { key: "run" }, focus: { prox: 24 } },
    scales: {
      x: { time: false, range: (_, low, high) => [low, high] },
      y: { distr: view.log ? 3 : 1, range: (chart, low, high) => rangeOfY(chart, low, high, newest().view) },
    },
    axes: [
      { ...axis, values: (_, ticks) => ticks.map((tick) => tickText(view.axis, tick)) },
      { ...axis, size: 56, values: (_, ticks) => ticks.map((tick) => (tick == null ? "" : compact(tick))) },
    ],
    series: [
      { label: AXIS_TITLES[view.axis] },
      ...curves.map((curve) => line(curve)),
      ...(view.smoothing ? curves.map((curve) => line(curve, FAINT)) : []),
    ],
    hooks: {
      setCursor: [(chart) => onCursor(chart.cursor.idx ?? null)],
      setScale: [zoomed],
      draw: [(chart) => drawMarker(chart, newest().marker)],
    },
  };
}

/** Tells clicks from drags, which zoom. */
function onClicks(chart: uPlot, onPick: (x: number) => void): void {
  let from = 0;
  chart.over.addEventListener("mousedown", (event) => (from = event.clientX));
  chart.over.addEventListener("click", (event) => {
    if (Math.abs(event.clientX - from) <= DRAG && event.detail === 1)
      onPick(chart.posToVal(event.clientX - chart.over.getBoundingClientRect().left, "x"));
  });
}

function Legend({ curves, values, place }: { curves: Curve[]; values: (number | null)[]; place: string }) {
  return (
    <p class="legend">
      <span class="value">{place}</span>
      {curves.map((curve, i) => (
        <span key={curve.name} class="entry">
          <svg viewBox="0 0 20 8" width="20" height="8" aria-hidden="true">
            <line
              x1="0"
              y1="4"
              x2="20"
              y2="4"
              stroke={strokeOf(curve)}
              stroke-width="2"
              stroke-dasharray={dashOf(curve).join(" ")}
            />
          </svg>
          {curve.name} <b class="value">{rounded(values[i], 4)}</b>
        </span>
      ))}
    </p>
  );
}

/** What the chart shows, as rows: some of them, evenly, where there are many. */
function ValueTable({
  title,
  axis,
  curves,
  within: [low, high],
}: {
  title: string;
  axis: Axis;
  curves: Curve[];
  within: [number, number];
}) {
  const rows = some(
    rowsOf(curves).filter(({ x }) => x >= low && x <= high),
    ROWS,
  );
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={`Values of ${title}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">{AXIS_TITLES[axis]}</th>
            {curves.map(({ name }) => (
              <th key={name} scope="col" class="right">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ x, y }) => (
            <tr key={x}>
              <th scope="row">{placeText(axis, x)}</th>
              {y.map((value, i) => (
                <td key={curves[i]!.name} class="right">
                  {rounded(value, 4)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Tools({
  title,
  table,
  onTable,
  save,
}: {
  title: string;
  table: boolean;
  onTable: () => void;
  save: (format: ChartFormat) => void;
}) {
  return (
    <p class="row tools">
      {(["PNG", "SVG", "CSV"] as const).map((format) => (
        <button key={format} type="button" onClick={() => save(format)} aria-label={`Save ${title} as ${format}`}>
          {format}
        </button>
      ))}
      <button type="button" aria-expanded={table} onClick={onTable} aria-label={`Values of ${title} as a table`}>
        Table
      </button>
    </p>
  );
}

/** The chart itself, in its place: made anew when what it is made of changes, and given new data as they come. */
function usePlot(props: ChartProps, data: uPlot.AlignedData, setIndex: (index: number | null) => void) {
  const { curves, view, domain, marker, onZoom, onPick } = props;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const asked = useRef<Range>(domain);
  const follow = (range: Range) => {
    asked.current = range;
    plot.current?.setScale("x", { min: range[0], max: range[1] });
  };
  const show = (zoom: Range | null) => {
    follow(zoom ?? newest.current.domain);
    onZoom(zoom);
  };
  const newest = useRef<Newest>(null!);
  newest.current = { ...props, data, asked, show };
  const pick = useRef(onPick);
  pick.current = onPick;
  const zoom = () => follow(newest.current.view.zoom ?? newest.current.domain);
  const made =
    curves.map(({ name, colour, dash }) => `${name} ${colour} ${dash}`).join("\n") +
    `\n${view.axis} ${view.log} ${view.smoothing > 0} ${lineWidthOf(curves)}`;
  // With what is rendered, not after it: a key in between would be undone by what was asked before it.
  useLayoutEffect(() => {
    const make = () => {
      plot.current?.destroy();
      plot.current = new uPlot(
        optionsFor(() => newest.current, place.current!.clientWidth, setIndex),
        newest.current.data,
        place.current!,
      );
      zoom();
      onClicks(plot.current, (x) => pick.current(x));
    };
    make();
    const resized = new ResizeObserver(() =>
      plot.current?.setSize({ width: place.current!.clientWidth, height: HEIGHT }),
    );
    resized.observe(place.current!);
    const untheme = onTheme(make);
    return () => {
      resized.disconnect();
      untheme();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [made]);
  useLayoutEffect(() => {
    const chart = plot.current;
    if (!chart) return;
    if (chart.data !== data) chart.setData(data, false);
    zoom(); // who has zoomed in stays there
  }, [data, view.robust, view.zoom?.join(), domain.join()]);
  useLayoutEffect(() => plot.current?.redraw(false), [marker]);
  return { place, plot, newest };
}

/** "ours 0.25, theirs 0.5": each curve at a place of the cursor. */
const valuesAt = (chart: uPlot, curves: Curve[], place: number): string =>
  curves.map(({ name }, i) => `${name} ${rounded(chart.data[i + 1]![place])}`).join(", ");

/** As it is seen; a table has the values themselves, without what the view made of them. */
function saveAs(format: ChartFormat, { title, curves, view, domain }: ChartProps, lines: Curve[]) {
  const peculiar = format === "CSV" ? "" : peculiaritiesOfView(view);
  const chart = {
    title: peculiar ? `${title} (${peculiar})` : title,
    axis: AXIS_TITLES[view.axis],
    curves: format === "CSV" ? curves : lines,
    x: view.zoom ?? domain,
    log: view.log,
    robust: view.robust,
    colours: COLOURS,
    dashes: DASHES,
  };
  saveChart(chart, format);
}

export function Chart(props: ChartProps) {
  const { title, curves, view, domain, onPick } = props;
  const [index, setIndex] = useState<number | null>(null);
  const [said, say] = useState("");
  const [table, setTable] = useState(false);
  const { lines, raw } = useMemo(() => linesOf(curves, view), [curves, view.smoothing, view.log]);
  const data = useMemo(() => dataOf([...lines, ...raw]), [lines, raw]);
  const { place, plot, newest } = usePlot(props, data, setIndex);
  const at = index !== null && index < data[0].length ? index : null;
  const values = lines.map((_, i) => (at === null ? lastOf(data[i + 1]!) : (data[i + 1]![at] ?? null)));
  const last = lines.map(({ name }, i) => `${name} ${lastOf(data[i + 1]!)?.toPrecision(4) ?? "unknown"}`).join(", ");
  const peculiar = peculiaritiesOfView(view);
  const onKey = (event: KeyboardEvent) => {
    const chart = plot.current;
    if (!chart || event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const now = chart.cursor.idx;
    if (event.key === "Enter" && now != null) onPick(chart.data[0][now]!);
    else if (!onChartKey(chart, domain, newest.current.show, event)) return;
    event.preventDefault();
    const to = chart.cursor.idx;
    say(to == null ? "" : `${placeText(view.axis, chart.data[0][to]!)}: ${valuesAt(chart, newest.current.curves, to)}`);
  };
  const save = (format: ChartFormat) => saveAs(format, props, lines);
  return (
    <>
      <figure
        class="chart"
        role="group"
        tabIndex={0}
        aria-label={`${title}: last values ${last}`}
        aria-describedby="chart-keys"
        onKeyDown={onKey}
      >
        <figcaption>
          {title} {peculiar && <span class="quiet">{peculiar}</span>}
        </figcaption>
        <div ref={place} style={{ minHeight: `${HEIGHT}px` }} />
        <Legend
          curves={curves}
          values={values}
          place={placeText(view.axis, at === null ? lastOf(data[0]) : data[0][at]!)}
        />
        <span class="hidden" role="status">
          {said}
        </span>
      </figure>
      <Tools title={title} table={table} onTable={() => setTable(!table)} save={save} />
      {table && <ValueTable title={title} axis={view.axis} curves={lines} within={view.zoom ?? domain} />}
    </>
  );
}
