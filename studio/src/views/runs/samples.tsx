// Samples of several runs: runs down, steps across, one slider for all of them, and two of them laid over each other.
// What is shown is in the address: /runs?samples=ONE,TWO&step=500&wipe=50
import { call } from "../../api/client";
import { useResource } from "../../api/resource";
import type { RunDetails } from "../../api/types";
import { grouped } from "../../core/numbers";
import { sampleAt, spread, stepOf, stepsOf } from "../../core/steps";
import { changed, go } from "../../state/address";
import { Link } from "../../ui/common";
import { useSheet, type Sheet } from "../../ui/images";
import { Player } from "../../ui/player";
import { scaleWithin, useSeen, useWidth } from "../../ui/screen";
import { Film } from "./film";

const LOOK = 5000; // milliseconds
const FRAME = 400; // milliseconds that a step is shown for when played
const ACROSS = 6; // steps
const CELL = 132; // pixels of a sheet's corner, as in the style sheet
const LARGEST = 448;

const samplePath = (run: RunDetails, name: string | undefined): string | null =>
  name ? `runs/${run.id}/samples/${name}` : null;
const set = (query: Record<string, string | null>) => go(changed(query), true);

/** The corner of a run's sample at a step: its first images, which are of the same noise at every step. */
function Cell({ run, step, shown }: { run: RunDetails; step: number; shown: boolean }) {
  const [place, seen] = useSeen<HTMLButtonElement>();
  const name = sampleAt(run.samples, step);
  const exact = name !== undefined && stepOf(name) === step;
  const { sheet } = useSheet(seen && exact ? samplePath(run, name) : null);
  const scale = sheet ? scaleWithin(sheet.width, CELL) : 1;
  const label = `${run.id} at step ${step}`;
  return (
    <td>
      <button
        ref={place}
        type="button"
        class="cell"
        disabled={!exact}
        aria-pressed={shown}
        aria-label={exact ? label : `${label}: no sample`}
        onClick={() => set({ step: String(step) })}
      >
        {sheet && (
          <img
            class="pixels"
            src={sheet.address}
            alt=""
            style={{ width: `${sheet.width * scale}px`, height: `${sheet.height * scale}px` }}
          />
        )}
        {!exact && <span class="quiet">–</span>}
      </button>
    </td>
  );
}

function Matrix({ runs, steps, step }: { runs: RunDetails[]; steps: number[]; step: number }) {
  const across = spread(steps, ACROSS);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Samples by run and step">
      <table class="matrix">
        <thead>
          <tr>
            <th scope="col">Run</th>
            {across.map((one) => (
              <th key={one} scope="col">
                {grouped(one)}
              </th>
            ))}
            <th scope="col">Real</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              <th scope="row">
                <Link to={`/runs/${run.id}`}>{run.id}</Link>
              </th>
              {across.map((one) => (
                <Cell key={one} run={run} step={one} shown={one === step} />
              ))}
              <Real run={run} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Real({ run }: { run: RunDetails }) {
  const { sheet } = useSheet(run.images.includes("real.png") ? samplePath(run, "real.png") : null);
  const scale = sheet ? scaleWithin(sheet.width, CELL) : 1;
  return (
    <td>
      <span class="cell">
        {sheet ? (
          <img
            class="pixels"
            src={sheet.address}
            alt={`real images of ${run.id}`}
            style={{ width: `${sheet.width * scale}px`, height: `${sheet.height * scale}px` }}
          />
        ) : (
          "–"
        )}
      </span>
    </td>
  );
}

interface WipeProps {
  runs: RunDetails[];
  step: number;
  query: URLSearchParams;
}

/** Which two are laid over each other; any two, the first ones unless the address says otherwise. */
function pairOf(runs: RunDetails[], query: URLSearchParams): [RunDetails, RunDetails] {
  const named = (name: string) => runs.find(({ id }) => id === query.get(name));
  const left = named("left") ?? runs[0]!;
  return [left, named("right") ?? runs.find((run) => run !== left) ?? left];
}

interface WipeSheetProps {
  sheet: Sheet;
  run: RunDetails;
  step: number;
  scale: number;
  cut: number | null; // percent that is cut off at the right; nothing for the one behind
}

function WipeSheet({ sheet, run, step, scale, cut }: WipeSheetProps) {
  const style = {
    width: `${sheet.width * scale}px`,
    height: `${sheet.height * scale}px`,
    clipPath: cut === null ? undefined : `inset(0 ${cut}% 0 0)`,
  };
  const alt = `${run.id}, step ${stepOf(sampleAt(run.samples, step)!)}`;
  return <img class="pixels" src={sheet.address} alt={alt} style={style} />;
}

/** Two samples in one place: the one on the left up to a line that can be moved, the other one behind it. */
function Wipe({ runs, step, query }: WipeProps) {
  const [place, room] = useWidth<HTMLDivElement>();
  const [left, right] = pairOf(runs, query);
  const part = Math.min(100, Math.max(0, Number(query.get("wipe") ?? 50) || 0));
  const sheets = [
    useSheet(samplePath(left, sampleAt(left.samples, step))),
    useSheet(samplePath(right, sampleAt(right.samples, step))),
  ];
  const wide = Math.max(...sheets.map(({ sheet }) => sheet?.width ?? 1));
  const scale = scaleWithin(wide, Math.min(room, LARGEST));
  const choose = (name: string, chosen: RunDetails) => (
    <select
      value={chosen.id}
      aria-label={`On the ${name}`}
      onChange={(event) => set({ [name]: event.currentTarget.value })}
    >
      {runs.map(({ id }) => (
        <option key={id}>{id}</option>
      ))}
    </select>
  );
  return (
    <section class="card" aria-labelledby="wipe-title">
      <h2 id="wipe-title">Two of them in one place</h2>
      <p class="row">
        {choose("left", left)} over {choose("right", right)}
      </p>
      <div ref={place} class="wipe">
        {sheets.map(
          ({ sheet }, i) =>
            sheet &&
            room > 0 && (
              <WipeSheet
                key={i}
                sheet={sheet}
                run={i ? right : left}
                {...{ step, scale }}
                cut={i ? null : 100 - part}
              />
            ),
        )}
      </div>
      <label class="field" style={{ maxWidth: `${wide * scale}px` }}>
        How much of {left.id}
        <input
          type="range"
          min="0"
          max="100"
          value={part}
          aria-valuetext={`${part} %`}
          onInput={(event) => set({ wipe: event.currentTarget.value })}
        />
      </label>
    </section>
  );
}

export function Samples({ ids, query }: { ids: string[]; query: URLSearchParams }) {
  const ask = (signal: AbortSignal) =>
    Promise.all(ids.map((id) => call<RunDetails>(`runs/${id}`, undefined, { signal })));
  const { value: runs, problem } = useResource(ids.join(), ask, { every: LOOK });
  if (problem) return <p class="notice">{problem.message}</p>;
  if (!runs) return null;
  const steps = stepsOf(runs);
  const asked = Number(query.get("step") ?? NaN);
  const step = steps.find((one) => one === asked) ?? steps.at(-1) ?? 0;
  return (
    <>
      <h1>
        <Link to="/runs">Runs</Link> / samples of {ids.join(", ")}
      </h1>
      {steps.length === 0 ? (
        <p class="quiet">No sample yet.</p>
      ) : (
        <>
          <div class="card">
            <Player
              title={`Step ${grouped(step)}`}
              said={`step ${step}`}
              length={steps.length}
              at={steps.indexOf(step)}
              milliseconds={FRAME}
              onMove={(at) => set({ step: String(steps[at]) })}
            />
            <Film runs={runs} steps={steps} />
          </div>
          {runs.length > 1 && <Wipe runs={runs} step={step} query={query} />}
          <p class="quiet">
            A row is one run's images of one noise, as it trained. Touch one to see that step of all runs.
          </p>
          <Matrix runs={runs} steps={steps} step={step} />
        </>
      )}
    </>
  );
}
