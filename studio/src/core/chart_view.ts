// How charts are looked at, as the address has it: smooth=0.9&y=log&x=epoch&range=robust&zoom=100,900
import { AXES, type Axis } from "./curves";

export interface ChartView {
  smoothing: number; // 0: none
  log: boolean;
  axis: Axis;
  robust: boolean;
  zoom: [number, number] | null; // of the axis
}

export const MAX_SMOOTH = 0.99;

export function chartViewOf(query: URLSearchParams): ChartView {
  const smoothing = Number(query.get("smooth") ?? 0);
  const [low, high] = (query.get("zoom") ?? "").split(",").map(Number);
  return {
    smoothing: smoothing > 0 && smoothing <= MAX_SMOOTH ? smoothing : 0,
    log: query.get("y") === "log",
    axis: AXES.find((axis) => axis === query.get("x")) ?? "step",
    robust: query.get("range") === "robust",
    zoom: Number.isFinite(low) && Number.isFinite(high) && low! < high! ? [low!, high!] : null,
  };
}

/** The words for the zoom in an address: no more digits than a chart can show. */
export const textOfZoom = (zoom: [number, number] | null): string | null =>
  zoom && zoom.map((value) => Number(value.toPrecision(6))).join(",");

/** What is not usual about it, for the chart's title: "smoothed 0.9, logarithmic, without outliers". */
export const peculiaritiesOfView = ({ smoothing, log, robust }: ChartView): string =>
  [smoothing && `smoothed ${smoothing}`, log && "logarithmic", robust && "2nd to 98th percentile"]
    .filter(Boolean)
    .join(", ");
