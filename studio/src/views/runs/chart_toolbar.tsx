// How all charts of a page are looked at; it is in the address.
import { MAX_SMOOTH, type ChartView } from "../../core/chart_view";
import { AXES } from "../../core/curves";
import { changed, go } from "../../state/address";
import { AXIS_TITLES } from "../../ui/chart_look";

const set = (query: Record<string, string | null>) => go(changed(query), true);

export function ChartToolbar({ view }: { view: ChartView }) {
  return (
    <div class="card row toolbar" role="group" aria-label="How charts are looked at">
      <label class="smooth">
        <span>Smoothing {view.smoothing || "off"}</span>
        <input
          type="range"
          min="0"
          max={MAX_SMOOTH}
          step="0.01"
          value={view.smoothing}
          onInput={(event) => set({ smooth: Number(event.currentTarget.value) ? event.currentTarget.value : null })}
        />
      </label>
      <label>
        <span>Across</span>
        <select
          value={view.axis}
          onChange={(event) =>
            set({ x: event.currentTarget.value === "step" ? null : event.currentTarget.value, zoom: null })
          }
        >
          {AXES.map((axis) => (
            <option key={axis} value={axis}>
              {AXIS_TITLES[axis]}
            </option>
          ))}
        </select>
      </label>
      <label class="check">
        <input type="checkbox" checked={view.log} onChange={() => set({ y: view.log ? null : "log" })} />
        Logarithmic
      </label>
      <label class="check">
        <input type="checkbox" checked={view.robust} onChange={() => set({ range: view.robust ? null : "robust" })} />
        Without outliers
      </label>
      <button type="button" disabled={view.zoom === null} onClick={() => set({ zoom: null })}>
        Show all
      </button>
    </div>
  );
}
