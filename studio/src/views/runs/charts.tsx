// The charts of a run, or of several: a panel for each kind of figure, all with one cursor, one zoom and one marker.
import { useMemo } from "preact/hooks";
import { chartViewOf, textOfZoom } from "../../core/chart_view";
import { domainOf, nearestTo, type Axis, type Curve } from "../../core/curves";
import type { RunDetails } from "../../api/types";
import type { Metrics } from "../../core/table";
import { changed, go } from "../../state/address";
import { Chart } from "../../ui/chart";
import { ChartToolbar } from "./chart_toolbar";

type Panels = RunDetails["panels"];

/** Of several runs each has a colour; the network, or what else the panel tells apart, shows in the dashes. */
function curvesOf(
  metrics: Record<string, Metrics>,
  ids: string[],
  axis: Axis,
  labelled: Panels[number]["curves"],
): Curve[] {
  return ids.flatMap((id, place) =>
    labelled.flatMap(({ column, label }, i) => {
      const known = metrics[id]?.columns;
      const [across, down] = [known?.[axis], known?.[column]];
      if (!across || !down?.some((value) => value !== null)) return [];
      const rows = across.flatMap((x, row) => (x === null ? [] : [row]));
      const look =
        ids.length > 1 ? { name: `${id}: ${label}`, colour: place, dash: i } : { name: label, colour: i, dash: i };
      return [{ ...look, x: rows.map((row) => across[row]!), y: rows.map((row) => down[row]!) }];
    }),
  );
}

interface ChartsProps {
  ids: string[];
  panels: Panels; // a panel without values is left out
  metrics: Record<string, Metrics>;
  query: URLSearchParams;
  step: number | null; // of the sample that is shown
  onStep: (step: number) => void;
}

export function Charts({ ids, panels: all, metrics, query, step, onStep }: ChartsProps) {
  const view = chartViewOf(query);
  const panels = useMemo(
    () =>
      all
        .map(({ title, curves }) => ({ title, curves: curvesOf(metrics, ids, view.axis, curves) }))
        .filter(({ curves }) => curves.length),
    [all, metrics, ids.join(), view.axis],
  );
  const domain = useMemo(() => domainOf(panels.flatMap(({ curves }) => curves)) ?? [0, 1], [panels]) as [
    number,
    number,
  ];
  const own = metrics[ids[0]!]?.columns;
  const row = step === null ? -1 : nearestTo(own?.["step"] ?? [], step);
  const onPick = (x: number) => {
    const at = own?.["step"]?.[nearestTo(own[view.axis] ?? [], x)];
    if (at != null) onStep(at);
  };
  const onZoom = (zoom: [number, number] | null) => go(changed({ zoom: textOfZoom(zoom) }), true);
  if (!panels.length) return null;
  return (
    <>
      <ChartToolbar view={view} />
      <div class="charts">
        {panels.map(({ title, curves }) => (
          <section key={title} class="card">
            <Chart
              title={title}
              curves={curves}
              view={view}
              domain={domain}
              marker={row < 0 ? null : (own?.[view.axis]?.[row] ?? null)}
              onZoom={onZoom}
              onPick={onPick}
            />
          </section>
        ))}
      </div>
      <p id="chart-keys" class="quiet">
        Drag over a chart to zoom, double click to see all, click to see the samples of that step. On a focused chart
        arrow keys move the cursor, + and − zoom, 0 shows all, Enter shows the samples.
      </p>
    </>
  );
}
