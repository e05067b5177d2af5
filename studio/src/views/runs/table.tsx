// The list of runs. Which are chosen, how they are sorted, grouped and shown is in the address.
import { useEffect, useMemo, useState } from "preact/hooks";
import { blobOf } from "../../api/client";
import { useResource } from "../../api/resource";
import type { Run } from "../../api/types";
import {
  benchViewOf,
  firstSort,
  isNumeric,
  linesOf,
  shownRuns,
  titleOf,
  valueOf,
  type BenchView,
  type Settings,
} from "../../core/bench";
import { duration, grouped, rounded } from "../../core/numbers";
import type { Metrics } from "../../core/table";
import { changed, go } from "../../state/address";
import { useSettings } from "../../state/bench";
import { useSmallCurves } from "../../state/runs";
import { Sparkline } from "../../ui/sparkline";
import { Link } from "../../ui/common";
import { scaleWithin, useSeen } from "../../ui/screen";
import { rem, useInSight } from "../../ui/window";
import { BenchBar, ChosenActions } from "./bench_bar";

export const STATES = {
  waiting: "○ waiting",
  running: "● running",
  done: "✓ done",
  stopped: "■ stopped",
  failed: "✕ failed",
  lost: "? lost",
};
const LOSSES = ["loss_d", "loss_g"] as const;
const SPARK_POINTS = 48;
const THUMB = 66; // pixels a thumbnail may take, as in the style sheet

/** The first images of a run's newest sample, asked for when they come into view. */
function RunThumbnail({ run }: { run: Run }) {
  const [place, seen] = useSeen<HTMLSpanElement>();
  const ask = async (signal: AbortSignal) => {
    const blob = await blobOf(`runs/${run.id}/thumbnail`, signal);
    const { width, height } = await createImageBitmap(blob);
    return { blob, width, height };
  };
  const { value } = useResource(seen && run.sample ? run.id : null, ask, { version: run.sample ?? "" });
  const [address, set] = useState("");
  useEffect(() => {
    if (!value) return;
    const made = URL.createObjectURL(value.blob);
    set(made);
    return () => URL.revokeObjectURL(made);
  }, [value]);
  const scale = value ? scaleWithin(Math.max(value.width, value.height), THUMB) : 1;
  return (
    <span ref={place} class="thumbnail">
      {value && address && (
        <img
          class="pixels"
          src={address}
          alt=""
          style={{ width: `${value.width * scale}px`, height: `${value.height * scale}px` }}
        />
      )}
    </span>
  );
}

function StateCell({ run }: { run: Run }) {
  return (
    <td class="state-cell">
      <span class={`state ${run.state}`}>{STATES[run.state]}</span>
      {run.progress !== null && run.state !== "done" && ` ${Math.floor(run.progress * 100)} %`}
      {(run.why || run.health) && (
        <span class="why" title={run.why ?? run.health ?? ""}>
          {run.why ?? run.health}
        </span>
      )}
    </td>
  );
}

const LOSS_NAMES = { loss_d: "discriminator loss", loss_g: "generator loss" };

function textOf(run: Run, column: string, settings: Settings): string {
  const value = valueOf(run, column, settings);
  if (value === null) return "–";
  if (column === "seconds" || column === "seconds_left") return duration(value as number);
  if (column === "step") return grouped(value as number);
  if (column === "started") return String(value).replace("T", " ").slice(0, 16);
  return typeof value === "number" ? rounded(value, 3) : value;
}

function Cell({
  run,
  column,
  settings,
  curves,
}: {
  run: Run;
  column: string;
  settings: Settings;
  curves: Metrics | undefined;
}) {
  if (column === "state") return <StateCell run={run} />;
  if (column === "losses") {
    return (
      <td class="sparks">
        {LOSSES.map((name) => (
          <Sparkline key={name} values={curves?.columns[name] ?? []} name={LOSS_NAMES[name]} />
        ))}
      </td>
    );
  }
  const text = textOf(run, column, settings);
  if (isNumeric(column)) return <td class="right">{text}</td>;
  return (
    <td class="words" title={text.length > 24 ? text : undefined}>
      {text}
    </td>
  );
}

interface RowProps {
  run: Run;
  at: number;
  columns: string[];
  settings: Settings;
  chosen: boolean;
  curves: Metrics | undefined;
  toggle: () => void;
}

function Row({ run, at, columns, settings, chosen, curves, toggle }: RowProps) {
  return (
    <tr aria-rowindex={at} class={run.archived ? "archived" : undefined}>
      <td>
        <label class="choose">
          <input type="checkbox" checked={chosen} onChange={toggle} aria-label={`Choose ${run.id}`} />
        </label>
      </td>
      <td class="thumb">
        <RunThumbnail run={run} />
      </td>
      <th scope="row" class="name">
        {run.pinned && <span title="pinned">★ </span>}
        <Link to={`/runs/${run.id}`} data-item="">
          {run.title ?? run.id}
        </Link>
        {run.title && <span class="quiet"> {run.id}</span>}
        {run.tags.length > 0 && !columns.includes("tags") && <span class="quiet tags">{run.tags.join(", ")}</span>}
      </th>
      {columns.map((column) => (
        <Cell key={column} run={run} column={column} settings={settings} curves={curves} />
      ))}
    </tr>
  );
}

/** A column's heading, which sorts by it: once more the other way. */
function Heading({ column, view }: { column: string; view: BenchView }) {
  const is = view.sort === column;
  const sorted = is ? (view.descending ? "descending" : "ascending") : undefined;
  const numeric = isNumeric(column);
  if (column === "losses") return <th scope="col">{titleOf(column)}</th>;
  const next = is ? `${view.descending ? "" : "-"}${column}` : firstSort(column);
  return (
    <th scope="col" class={numeric ? "right" : undefined} aria-sort={sorted}>
      <button
        type="button"
        class="sorts"
        onClick={() => go(changed({ sort: next === "-started" ? null : next }), true)}
      >
        {titleOf(column)}
        {is && <span aria-hidden="true">{view.descending ? " ↓" : " ↑"}</span>}
      </button>
    </th>
  );
}

function Headings({ view }: { view: BenchView }) {
  return (
    <thead>
      <tr>
        <th scope="col">
          <span class="hidden">Choose</span>
        </th>
        <th scope="col">Sample</th>
        {["name", ...view.columns].map((column) => (
          <Heading key={column} column={column} view={view} />
        ))}
      </tr>
    </thead>
  );
}

interface GroupLineProps {
  heading: string;
  count: number;
  at: number;
  width: number; // of the table, in columns
}

function GroupLine({ heading, count, at, width }: GroupLineProps) {
  return (
    <tr class="group" aria-rowindex={at}>
      <th scope="rowgroup" colSpan={width}>
        {heading} <span class="quiet">({count})</span>
      </th>
    </tr>
  );
}

const ALL_UP_TO = 100; // lines that are simply there; of more only those in sight
const LINE = 4.8125; // rem, as in the style sheet

export function Table({ runs, query }: { runs: Run[]; query: URLSearchParams }) {
  const view = benchViewOf(query);
  const [columnsOpen, setColumnsOpen] = useState(false);
  const settings = useSettings(runs.length > 1, runs.length);
  const shown = useMemo(() => shownRuns(runs, view, settings), [runs, query.toString(), settings]);
  const lines = useMemo(() => linesOf(shown, view.group, settings), [shown, view.group, settings]);
  const ids = (query.get("chosen") ?? "").split(",");
  const chosen = ids.flatMap((id) => runs.find((run) => run.id === id) ?? []);
  const choose = (next: string[]) => go(changed({ chosen: next.join(",") || null }), true);
  const now = chosen.map(({ id }) => id);
  const toggle = (id: string) => choose(now.includes(id) ? now.filter((other) => other !== id) : [...now, id]);
  const curves = useSmallCurves(runs, LOSSES, SPARK_POINTS);
  const height = rem(LINE);
  const { place, ...sight } = useInSight<HTMLTableSectionElement>(lines.length, height);
  const [first, end] = lines.length <= ALL_UP_TO ? [0, lines.length] : [sight.first, sight.end];
  const width = view.columns.length + 3;
  const rest = (count: number) => count > 0 && <tr aria-hidden="true" style={{ height: `${count * height}px` }} />;
  return (
    <>
      <BenchBar
        runs={runs}
        shown={shown.length}
        view={view}
        settings={settings}
        open={columnsOpen}
        setOpen={setColumnsOpen}
      />
      <ChosenActions chosen={chosen} choose={choose} />
      <div class="scroll" tabIndex={0} role="region" aria-label="Table of runs">
        <table class="runs" aria-rowcount={lines.length + 1}>
          <Headings view={view} />
          <tbody ref={place}>
            {rest(first)}
            {lines
              .slice(first, end)
              .map((line, i) =>
                "run" in line ? (
                  <Row
                    key={line.run.id}
                    run={line.run}
                    at={first + i + 2}
                    columns={view.columns}
                    settings={settings}
                    chosen={chosen.includes(line.run)}
                    curves={curves[line.run.id]}
                    toggle={() => toggle(line.run.id)}
                  />
                ) : (
                  <GroupLine key={line.heading} {...line} at={first + i + 2} width={width} />
                ),
              )}
            {rest(lines.length - end)}
          </tbody>
        </table>
      </div>
    </>
  );
}
