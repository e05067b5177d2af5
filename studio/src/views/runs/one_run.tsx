// One run as it trains, or several on the same charts.
import { useEffect, useMemo, useState } from "preact/hooks";
import type { RunDetails } from "../../api/types";
import { nearestTo } from "../../core/curves";
import { stepOf } from "../../core/steps";
import { grouped } from "../../core/numbers";
import type { Metrics } from "../../core/table";
import { changed, go } from "../../state/address";
import { useDone } from "../../state/bench";
import { useRun } from "../../state/runs";
import { Link } from "../../ui/common";
import { SheetImage, useSheet } from "../../ui/images";
import { About, DoneNotice } from "./bench_bar";
import { Charts } from "./charts";
import { Environment, Facts, Recipe } from "./details";
import { LogCard } from "./log";
import { EvaluationCard, FeaturesCard } from "./measured";
import { RunControls, type Trainer } from "./training";

const POINTS = 4000; // of a curve: more than a chart has pixels, so that one may zoom in
const POINTS_OF_ALL = 6000; // of the same curve of several runs: drawing them is what takes time
const FEWEST = 400;

/** The newest one, unless the address names another. */
const showSample = (run: RunDetails, at: number) =>
  go(changed({ sample: at === run.samples.length - 1 ? null : (run.samples[at] ?? null) }), true);
const sheetPath = (id: string, name: string | undefined): string | null => (name ? `runs/${id}/samples/${name}` : null);

/** The samples with their scrubber, and real images beside them; null until both can be shown, so that nothing
 * moves. */
function useSheets(id: string, run: RunDetails | null, asked: string | null) {
  const found = run?.samples.indexOf(asked ?? "") ?? -1;
  const at = found >= 0 ? found : (run?.samples.length ?? 0) - 1;
  const sample = useSheet(sheetPath(id, run?.samples[at]));
  const real = useSheet(run?.images.includes("real.png") ? sheetPath(id, "real.png") : null);
  return { at, sample: sample.sheet, real: real.sheet, settled: run !== null && sample.settled && real.settled };
}

function Sheets({
  run,
  at,
  sample,
  real,
}: { run: RunDetails } & Pick<ReturnType<typeof useSheets>, "at" | "sample" | "real">) {
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
                onInput={(event) => showSample(run, Number(event.currentTarget.value))}
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

interface OtherProps {
  id: string;
  points: number;
  onMetrics: (id: string, metrics: Metrics) => void;
}

/** Another run on the same charts: it is followed as the first one is. */
function Other({ id, points, onMetrics }: OtherProps) {
  const { metrics } = useRun(id, points);
  useEffect(() => {
    if (metrics) onMetrics(id, metrics);
  }, [metrics]);
  return null;
}

export function OneRun({
  id,
  others,
  query,
  trainer,
}: {
  id: string;
  others: string[];
  query: URLSearchParams;
  trainer: Trainer;
}) {
  const { version } = useDone();
  const points = others.length ? Math.max(FEWEST, Math.round(POINTS_OF_ALL / (others.length + 1))) : POINTS;
  const { run, metrics, problem } = useRun(id, points, version);
  const sheets = useSheets(id, run, query.get("sample"));
  const [more, setMore] = useState<Record<string, Metrics>>({});
  const onMetrics = (other: string, known: Metrics) => setMore((old) => ({ ...old, [other]: known }));
  const ids = [id, ...others];
  const all = useMemo(() => ({ ...more, ...(metrics ? { [id]: metrics } : {}) }), [more, metrics]);
  const followers = others.map((other) => <Other key={other} id={other} points={points} onMetrics={onMetrics} />);
  // In the same place before and after: they would ask for everything again.
  if (!run) return problem ? <p class="notice">{problem.message}</p> : <>{[followers]}</>;
  const sampleStep = run.samples[sheets.at] === undefined ? null : stepOf(run.samples[sheets.at]!);
  const there = sheets.settled && metrics !== null && others.every((other) => other in more);
  return (
    <>
      {followers}
      <h1>
        <Link to="/runs">Runs</Link> / {others.length ? ids.join(" + ") : (run.title ?? id)}
      </h1>
      <Facts run={run} />
      <DoneNotice />
      {problem && <p class="notice">{problem.message}</p>}
      {there && (
        <>
          <RunControls run={run} trainer={trainer} />
          {run.state !== "done" && run.progress !== null && <progress value={run.progress} aria-label="progress" />}
          <Sheets run={run} {...sheets} />
          <Charts
            ids={ids}
            panels={run.panels}
            metrics={all}
            query={query}
            step={sampleStep}
            onStep={(step) => showSample(run, nearestTo(run.samples.map(stepOf), step))}
          />
          {!others.length && <EvaluationCard run={run} trainer={trainer} />}
          {!others.length && <FeaturesCard run={run} trainer={trainer} />}
          {!others.length && <LogCard run={run} trainer={trainer} />}
          {!others.length && <About run={run} />}
          <Recipe run={run} />
          <Environment run={run} />
        </>
      )}
    </>
  );
}
