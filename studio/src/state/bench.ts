// What a person does with runs: names, tags, notes, pins, the archive and the trash, each with its undoing.
import { useEffect, useState } from "preact/hooks";
import { call } from "../api/client";
import { useResource } from "../api/resource";
import type { Answer, Run } from "../api/types";
import type { Settings } from "../core/bench";
import { counted } from "../core/numbers";

export type Change = { title?: string; note?: string; tags?: string[]; pinned?: boolean; archived?: boolean };

/** What was done last, until something else is or it is undone. */
interface Done {
  text: string;
  undo?: () => Promise<void>;
}

const CHANGED = "bench-changed";
let done: Done | null = null;
let version = 0;

function become(next: Done | null): void {
  done = next;
  ++version;
  dispatchEvent(new Event(CHANGED));
}

/** What was done last, and a number that is another after each change: then runs are to be asked for again. */
export function useDone(): { done: Done | null; version: number } {
  const [, set] = useState(0);
  useEffect(() => {
    const update = () => set((count) => count + 1);
    addEventListener(CHANGED, update);
    return () => removeEventListener(CHANGED, update);
  }, []);
  return { done, version };
}

export const forgetDone = (): void => become(null);

const wrong = (error: unknown): void => become({ text: error instanceof Error ? error.message : String(error) });
const post = (id: string, change: Change) => call<Run>(`runs/${encodeURIComponent(id)}/keep`, change);

/** What of a run a change replaces. */
function before(run: Run, change: Change): Change {
  const now: Required<Change> = {
    title: run.title ?? "",
    note: run.note ?? "",
    tags: run.tags,
    pinned: run.pinned,
    archived: run.archived,
  };
  return Object.fromEntries(Object.keys(change).map((name) => [name, now[name as keyof Change]])) as Change;
}

const many = (runs: { id: string }[]): string => (runs.length === 1 ? runs[0]!.id : counted(runs.length, "run"));

/** Changes what is kept of runs; `text` says what it does: "pinned". */
export async function keep(runs: Run[], text: string, changeOf: (run: Run) => Change): Promise<void> {
  const changed: [Run, Change][] = [];
  try {
    for (const run of runs) {
      const change = changeOf(run);
      await post(run.id, change);
      changed.push([run, before(run, change)]);
    }
  } catch (error) {
    return wrong(error);
  }
  const undo = async () => {
    try {
      for (const [run, change] of changed) await post(run.id, change);
      become(null);
    } catch (error) {
      wrong(error);
    }
  };
  become({ text: `${many(runs)}: ${text}.`, undo });
}

export async function remove(runs: Run[]): Promise<void> {
  const gone: string[] = [];
  const undo = async () => {
    try {
      for (const name of gone) await call(`trash/${encodeURIComponent(name)}/restore`, {});
      become(null);
    } catch (error) {
      wrong(error);
    }
  };
  try {
    for (const { id } of runs)
      gone.push((await call<Answer<"deleteRun">>(`runs/${encodeURIComponent(id)}/delete`, {})).name);
  } catch (error) {
    return become({
      text: `${error instanceof Error ? error.message : error}${gone.length ? ` ${gone.length} were deleted.` : ""}`,
      ...(gone.length ? { undo } : {}),
    });
  }
  become({ text: `${many(runs)}: deleted.`, undo });
}

export type Trashed = Answer<"listTrash">["runs"][number];

/** Runs in the trash, the last one first; asked for again when `version` is another. */
export function useTrash(version: number): Trashed[] {
  const { value } = useResource(
    "trash",
    async (signal) => (await call<Answer<"listTrash">>("trash", undefined, { signal })).runs,
    { version },
  );
  return value ?? [];
}

export async function takeBack({ name, run }: Trashed): Promise<void> {
  try {
    await call(`trash/${encodeURIComponent(name)}/restore`, {});
    become({ text: `${run}: taken back.` });
  } catch (error) {
    wrong(error);
  }
}

const NONE: Settings = {};

/** The keys that recipes differ in; asked for where something needs them. */
export function useSettings(wanted: boolean, runs: number): Settings {
  const { value } = useResource(
    wanted ? "settings" : null,
    async (signal) => (await call<Answer<"listSettings">>("settings", undefined, { signal })).settings,
    { version: runs },
  );
  return value ?? NONE;
}
