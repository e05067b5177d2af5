// What there is to be told of trainings: how those that were under way have ended, and what went wrong with one.
export interface Standing {
  id: string;
  state: string;
  why: string | null;
  health: string | null;
}

export interface Notice {
  id: string;
  title: string;
  body: string;
}

const ENDS: Record<string, string> = { done: "is done", failed: "failed", stopped: "was stopped", lost: "was lost" };

/** The news since the runs were last looked at; what was not seen under way is none. */
export function noticesOf(before: readonly Standing[], now: readonly Standing[]): Notice[] {
  const known = new Map(before.map((run) => [run.id, run]));
  return now.flatMap(({ id, state, why, health }) => {
    const old = known.get(id);
    if (!old || (old.state !== "waiting" && old.state !== "running")) return [];
    if (ENDS[state]) return [{ id, title: `${id} ${ENDS[state]}`, body: why ?? health ?? "" }];
    return health && !old.health ? [{ id, title: `${id} does not train well`, body: health }] : [];
  });
}
