// Charts by keyboard: arrows move the cursor of all, plus and minus zoom about it, 0 shows all.
import type uPlot from "uplot";

type Range = [number, number];

/** A range `factor` times as wide about the cursor, no wider than all there is to see; null for all. */
function zoomed(chart: uPlot, [first, last]: Range, factor: number): Range | null {
  const { min, max } = chart.scales["x"]!;
  if (min == null || max == null) return null;
  const at = chart.data[0][chart.cursor.idx ?? -1] ?? (min + max) / 2;
  const [low, high] = [Math.max(first, at - (at - min) * factor), Math.min(last, at + (max - at) * factor)];
  return low <= first && high >= last ? null : [low, high];
}

function moveCursor(chart: uPlot, to: number): void {
  const all = chart.data[0];
  if (!all.length) return;
  const index = Math.min(all.length - 1, Math.max(0, to));
  // Its types do not know that the third has the other charts follow.
  const set = chart.setCursor as (at: { left: number; top: number }, fire: boolean, publish: boolean) => void;
  set({ left: chart.valToPos(all[index]!, "x"), top: chart.over.clientHeight / 3 }, true, true);
}

/** Whether the key was one of the chart's; `domain` is all that there is to see, `show` zooms. */
export function onChartKey(
  chart: uPlot,
  domain: Range,
  show: (zoom: Range | null) => void,
  event: KeyboardEvent,
): boolean {
  const end = chart.data[0].length - 1;
  const at = chart.cursor.idx ?? end;
  const by = event.shiftKey ? Math.max(10, Math.round(end / 20)) : 1;
  if (event.key === "ArrowLeft") moveCursor(chart, at - by);
  else if (event.key === "ArrowRight") moveCursor(chart, at + by);
  else if (event.key === "Home") moveCursor(chart, 0);
  else if (event.key === "End") moveCursor(chart, end);
  else if (event.key === "+" || event.key === "=") show(zoomed(chart, domain, 0.5));
  else if (event.key === "-") show(zoomed(chart, domain, 2));
  else if (event.key === "0") show(null);
  else return false;
  return true;
}
