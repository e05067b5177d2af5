// One run as it trains, or several on the same charts.
import { useEffect, useMemo, useState } from "preact/hooks";
import type { RunDetails } from "../../api/types";
import { duration, grouped, rounded } from "../../core/numbers";
import type { Metrics } from "../../core/table";
import { changed, go } from "../../state/address";
import { useRun } from "../../state/runs";
import { Chart, type Curve } from "../../ui/chart";
import { Link } from "../../ui/common";
import { SheetImage, useSheet } from "../../ui/images";
import { STATES } from "./table";
import { RunControls, type Trainer } from "./training";

const PANELS: { title: string; columns: [string, string][] }[] = [
  { title: "Losses", columns: [["loss_d", "discriminator"], ["loss_g", "generator"]] },
  { title: "Discriminator output", columns: [["d_real", "D(x), real"], ["d_fake", "D(G(z)), generated"]] },
  { title: "Fréchet inception distance", columns: [["fid", "FID"]] },
  { title: "Kernel inception distance", columns: [["kid", "KID"]] },
  { title: "Inception score", columns: [["is", "IS"]] },
  { title: "Fidelity and diversity", columns: [["precision", "precision"], ["recall", "recall"], ["density", "density"], ["coverage", "coverage"]] },
  { title: "Gradient norms", columns: [["grad_norm_d", "discriminator"], ["grad_norm_g", "generator"]] },
];
const SHOWN = ["step", ...PANELS.flatMap(({ columns }) => columns.map(([column]) => column))];
const POINTS = 4000; // of a curve: more than a chart has pixels, so that one may zoom in
const POINTS_OF_MANY = 1500;

function curvesOf(metrics: Record<string, Metrics>, ids: string[], columns: [string, string][]): Curve[] {
  return ids.flatMap((id, place) =>
    columns.flatMap(([column, label], i) => {
      const known = metrics[id]?.columns;
      const y = known?.[column];
      const x = known?.["step"];
      if (!y?.some((value) => value !== null) || !x) return [];
      // Of several runs each has a colour, and the network shows in the dashes.
      const look = ids.length > 1 ? { name: `${id}: ${label}`, colour: place, dash: i } : { name: label, colour: i, dash: 0 };
      return [{ ...look, x: x as number[], y }];
    }),
  );
}

function Recipe({ run }: { run: RunDetails }) {
  const shipped = new Set(run.shipped_toml.split("\n").map((line) => line.trim()));
  const lines = run.toml.split("\n");
  const differs = (line: string) => run.shipped_toml !== "" && line.trim() !== "" && !shipped.has(line.trim());
  return (
    <details class="card">
      <summary>Recipe{lines.some(differs) ? "; marked lines differ from the shipped one" : ""}</summary>
      <pre tabIndex={0}>
        {lines.map((line, i) => (
          <span key={i} class={differs(line) ? "differs" : ""}>
            {differs(line) ? "▸ " : "  "}
            {line}
            {"\n"}
          </span>
        ))}
      </pre>
    </details>
  );
}

function Facts({ run }: { run: RunDetails }) {
  return (
    <p class="row facts" role="status">
      <span class={`state ${run.state}`}>{STATES[run.state]}</span>
      {run.why && <span class="wrong">{run.why}</span>}
      {run.health && <span class="wrong">{run.health}</span>}
      <span>{run.recipe}</span>
      <span>step {run.step === null ? "–" : grouped(run.step)}</span>
      {run.images_per_s !== null && <span>{rounded(run.images_per_s, 3)} images/s</span>}
      {run.seconds !== null && <span>{duration(run.seconds)}{run.state === "done" ? " in all" : " so far"}</span>}
      {run.seconds_left !== null && <span>{duration(run.seconds_left)} left</span>}
    </p>
  );
}

const stepOf = (name: string): number => Number(/\d+/.exec(name)?.[0] ?? 0);
const sheetPath = (id: string, name: string | undefined): string | null => (name ? `runs/${id}/samples/${name}` : null);

/** The samples with their scrubber, and real images beside them; null until both can be shown, so that nothing moves. */
function useSheets(id: string, run: RunDetails | null, asked: string | null) {
  const found = run?.samples.indexOf(asked ?? "") ?? -1;
  const at = found >= 0 ? found : (run?.samples.length ?? 0) - 1;
  const sample = useSheet(sheetPath(id, run?.samples[at]));
  const real = useSheet(run?.images.includes("real.png") ? sheetPath(id, "real.png") : null);
  return { at, sample: sample.sheet, real: real.sheet, settled: run !== null && sample.settled && real.settled };
}

function Sheets({ run, at, sample, real }: { run: RunDetails } & Pick<ReturnType<typeof useSheets>, "at" | "sample" | "real">) {
  const name = run.samples[at];
  const last = run.samples.length - 1;
  return (
    <div class="pair">
      <section class="card" aria-labelledby="generated-title">
        <h2 id="generated-title">Generated</h2>
        {name && sample ? (
          <>
            <SheetImage sheet={sample} alt={`samples of step ${stepOf(name)}`} />
            <label class="field">
              Step {grouped(stepOf(name))}
              <input
                type="range"
                min="0"
                max={last}
                value={at}
                aria-valuetext={`step ${stepOf(name)}`}
                onInput={(event) => {
                  const to = Number(event.currentTarget.value);
                  go(changed({ sample: to === last ? null : run.samples[to]! }), true);
                }}
              />
            </label>
          </>
        ) : (
          <p class="quiet">No sample yet.</p>
        )}
      </section>
      <section class="card" aria-labelledby="real-title">
        <h2 id="real-title">Real</h2>
        {real ? <SheetImage sheet={real} alt="real images" /> : <p class="quiet">None kept.</p>}
      </section>
    </div>
  );
}

/** Another run on the same charts: it is followed as the first one is. */
function Other({ id, onMetrics }: { id: string; onMetrics: (id: string, metrics: Metrics) => void }) {
  const { metrics } = useRun(id, SHOWN, POINTS_OF_MANY);
  useEffect(() => {
    if (metrics) onMetrics(id, metrics);
  }, [metrics]);
  return null;
}

export function OneRun({ id, others, query, trainer }: { id: string; others: string[]; query: URLSearchParams; trainer: Trainer }) {
  const { run, metrics, problem } = useRun(id, SHOWN, others.length ? POINTS_OF_MANY : POINTS);
  const sheets = useSheets(id, run, query.get("sample"));
  const [more, setMore] = useState<Record<string, Metrics>>({});
  const onMetrics = (other: string, known: Metrics) => setMore((old) => ({ ...old, [other]: known }));
  const ids = [id, ...others];
  const all = useMemo(() => ({ ...more, ...(metrics ? { [id]: metrics } : {}) }), [more, metrics]);
  const panels = useMemo(() => PANELS.map(({ title, columns }) => ({ title, curves: curvesOf(all, ids, columns) })).filter(({ curves }) => curves.length), [all, ids.join()]);
  const followers = others.map((other) => <Other key={other} id={other} onMetrics={onMetrics} />);
  if (!run) return problem ? <p class="notice">{problem.message}</p> : <>{followers}</>;
  const there = sheets.settled && metrics !== null && others.every((other) => other in more);
  return (
    <>
      {followers}
      <h1>
        <Link to="/runs">Runs</Link> / {ids.join(" + ")}
      </h1>
      <Facts run={run} />
      {problem && <p class="notice">{problem.message}</p>}
      {there && (
        <>
          <RunControls run={run} trainer={trainer} />
          {run.state !== "done" && run.progress !== null && <progress value={run.progress} aria-label="progress" />}
          <Sheets run={run} {...sheets} />
          <div class="charts">
            {panels.map(({ title, curves }) => (
              <section key={title} class="card">
                <Chart title={title} curves={curves} />
              </section>
            ))}
          </div>
          <p id="chart-keys" class="quiet">
            Drag over a chart to zoom; double click to see all. On a focused chart arrow keys move the cursor, + and − zoom, 0 shows all.
          </p>
          <Recipe run={run} />
          <details class="card">
            <summary>Environment</summary>
            <pre tabIndex={0}>{JSON.stringify(run.environment, null, 2)}</pre>
          </details>
        </>
      )}
    </>
  );
}
