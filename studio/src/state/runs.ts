// Runs as a list, and single ones as they train.
import { useEffect, useRef, useState } from "preact/hooks";
import { call } from "../api/client";
import { useResource, type Resource } from "../api/resource";
import { follow } from "../api/stream";
import type { Answer, Run, RunDetails } from "../api/types";
import { age, appended, type Metrics } from "../core/table";

const LOOK = 3000; // milliseconds
const LOOK_AT_ONE = 5000;
const LOOK_AT_FOLLOWED = 20_000; // news come by themselves
const AXES = ["step", "epoch", "images", "seconds"]; // what charts are drawn over
const MAX_BESIDE = 3; // times as many rows as were asked for

export const isUnderWay = ({ state }: Run): boolean => state === "waiting" || state === "running";

/** All of them; asked for again at once when `version` is another. */
export const useRuns = (version: number): Resource<Run[]> =>
  useResource("runs", async (signal) => (await call<Answer<"listRuns">>("runs", undefined, { signal })).runs, {
    every: LOOK,
    version,
  });

/** Small charts of all runs, in one answer; later of those alone that have grown a good part. */
export function useSmallCurves(
  runs: Run[] | null,
  columns: readonly string[],
  points: number,
): Record<string, Metrics> {
  const [known, set] = useState<Record<string, Metrics & { age: number }>>({});
  const grown = (runs ?? []).filter((run) => known[run.id]?.age !== (isUnderWay(run) ? age(run.rows) : run.rows));
  const some = Object.keys(known).length > 0 && grown.length < 50;
  const key = runs && grown.length ? grown.map(({ id, rows }) => `${id} ${rows}`).join() : null;
  const ask = async (signal: AbortSignal) => {
    const which = some ? `&runs=${grown.map(({ id }) => encodeURIComponent(id)).join(",")}` : "";
    const { curves } = await call<Answer<"getCurvesOfRuns">>(
      `curves?columns=${columns.join(",")}&points=${points}${which}`,
      undefined,
      { signal },
    );
    // As old as the list said: what came since is asked for with the next one.
    const ages = Object.fromEntries(grown.map((run) => [run.id, isUnderWay(run) ? age(run.rows) : run.rows]));
    return Object.fromEntries(
      Object.entries(curves).flatMap(([id, curve]) => (id in ages ? [[id, { ...curve, age: ages[id]! }]] : [])),
    );
  };
  const { value } = useResource(key, ask);
  useEffect(() => {
    if (value) set((old) => ({ ...old, ...value }));
  }, [value]);
  return known;
}

export interface OneRun {
  run: RunDetails | null;
  metrics: Metrics | null; // thinned, with new rows as they come
  problem: Error | null;
}

/** A run with its curves: followed while it is under way, else looked at now and then, for somebody may resume it. */
export function useRun(id: string, points: number, changes = 0): OneRun {
  const [news, setNews] = useState<Partial<RunDetails>>({});
  const [added, setAdded] = useState<{ to: Metrics; metrics: Metrics } | null>(null);
  const [gaps, setGaps] = useState(0);
  const [under, setUnder] = useState(false);
  const details = useResource(id, (signal) => call<RunDetails>(`runs/${id}`, undefined, { signal }), {
    every: under ? LOOK_AT_FOLLOWED : LOOK_AT_ONE,
    version: changes,
  });
  useEffect(() => setNews({}), [details.value]); // it is the newest
  const run = details.value && { ...details.value, ...news };
  const followed = run !== null && isUnderWay(run);
  useEffect(() => setUnder(followed), [followed]);
  const version = followed ? `gap ${gaps}` : `rows ${run?.rows}`;
  const columns = [...AXES, ...(run?.panels ?? []).flatMap(({ curves }) => curves.map(({ column }) => column))];
  const ask = (signal: AbortSignal) =>
    call<Metrics>(`runs/${id}/curves?points=${points}&columns=${columns.join(",")}`, undefined, { signal });
  const base = useResource(run ? id : null, ask, { version }).value;
  // New rows count for the table they follow on.
  const metrics = added && added.to === base ? added.metrics : base;
  const rows = metrics?.rows;
  const table = useRef(base);
  table.current = base;
  useEffect(() => {
    if (!followed) return;
    return follow(id, (name, data) => {
      if (name === "state") {
        setNews((old) => ({ ...old, ...(data as Run) }));
      } else if (name === "samples") {
        setNews((old) => ({ ...old, samples: (data as { samples: string[] }).samples }));
      } else {
        setAdded((old) => {
          const to = table.current;
          if (!to) return old;
          const next = appended(old?.to === to ? old.metrics : to, data as Metrics);
          return next ? { to, metrics: next } : old; // a gap shows in the state, below
        });
      }
    });
  }, [id, followed]);
  // What came before it was followed, or was lost with a connection, shows in the state.
  const behind = followed && run !== null && rows !== undefined && run.rows !== rows;
  useEffect(() => {
    if (!behind) return;
    const timer = setTimeout(() => setGaps((count) => count + 1), 1000);
    return () => clearTimeout(timer);
  }, [behind]);
  // A day's rows would fill the memory: then it is thinned again.
  const long = (metrics?.columns["step"]?.length ?? 0) > MAX_BESIDE * points;
  useEffect(() => {
    if (long) setGaps((count) => count + 1);
  }, [long]);
  return { run, metrics, problem: details.problem };
}
