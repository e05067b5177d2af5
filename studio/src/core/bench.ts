// The list of runs as a workbench: which are shown, in which order and groups, with which columns. All of it is text in
// the address: q=hinge&sort=-last:fid&group=train.batch_size&columns=state,step,best:fid&archived=1

import type { components } from "openapi";

/** What of a run the list needs. */
export type Listed = Pick<
  components["schemas"]["Run"],
  | "id"
  | "title"
  | "note"
  | "tags"
  | "recipe"
  | "state"
  | "health"
  | "started"
  | "step"
  | "images_per_s"
  | "seconds"
  | "seconds_left"
  | "last"
  | "best"
  | "pinned"
  | "archived"
>;

/** By keys of recipes, then by runs: the keys that not all runs have the same value of. */
export type Settings = Record<string, Record<string, string>>;
export type Value = string | number | null;

export const USUAL_COLUMNS = ["state", "recipe", "step", "images_per_s", "seconds_left", "losses", "last:fid"];
export const PLAIN_COLUMNS: Record<string, string> = {
  state: "State",
  recipe: "Recipe",
  started: "Started",
  step: "Step",
  images_per_s: "Images/s",
  seconds: "Trained",
  seconds_left: "Left",
  losses: "Losses",
  tags: "Tags",
  note: "Note",
};
const NUMBERS = ["step", "images_per_s", "seconds", "seconds_left"];

/** "last:fid" is the last FID, "best:fid" the best one, "set:train.seed" that key of the recipe. */
export const isNumeric = (column: string): boolean => NUMBERS.includes(column) || /^(last|best):/.test(column);

/** How a column is sorted at first: what grows by the greatest, all else, best values too, by the least. */
export const firstSort = (column: string): string =>
  /^(step|images_per_s|seconds|started)$/.test(column) ? `-${column}` : column;

export function titleOf(column: string): string {
  const [, kind, name] = /^(last|best|set):(.+)$/.exec(column) ?? [];
  if (!kind) return PLAIN_COLUMNS[column] ?? (column === "name" ? "Run" : column);
  if (kind === "set") return name!;
  const short = name!.length <= 4 ? name!.toUpperCase() : name!.replace(/_/g, " ");
  return kind === "best" ? `best ${short}` : short;
}

export function valueOf(run: Listed, column: string, settings: Settings): Value {
  const [, kind, name] = /^(last|best|set):(.+)$/.exec(column) ?? [];
  if (kind === "set") return settings[name!]?.[run.id] ?? null;
  if (kind) return run[kind as "last" | "best"][name!] ?? null;
  if (column === "name") return run.title ?? run.id;
  if (column === "tags") return run.tags.join(", ") || null;
  return ((run as unknown as Record<string, Value>)[column] ?? null) as Value;
}

/** The columns that there can be: those of all runs, the metrics that any has, the keys that differ. */
export function columnsFor(runs: Listed[], settings: Settings): string[] {
  const metrics = [...new Set(runs.flatMap(({ last }) => Object.keys(last)))]
    .filter((name) => !["step", "images_per_s", "seconds"].includes(name))
    .sort();
  const best = new Set(runs.flatMap((run) => Object.keys(run.best)));
  return [
    ...Object.keys(PLAIN_COLUMNS),
    ...metrics.map((name) => `last:${name}`),
    ...metrics.filter((name) => best.has(name)).map((name) => `best:${name}`),
    ...Object.keys(settings)
      .sort()
      .map((key) => `set:${key}`),
  ];
}

export interface BenchView {
  text: string;
  sort: string; // a column, "name" or "started"
  descending: boolean;
  group: string; // a column, or nothing
  columns: string[];
  archived: boolean;
}

export function benchViewOf(query: URLSearchParams): BenchView {
  const sort = query.get("sort") ?? "-started";
  return {
    text: query.get("q") ?? "",
    sort: sort.replace(/^-/, "") || "started",
    descending: sort.startsWith("-"),
    group: query.get("group") ?? "",
    columns: query.get("columns")?.split(",").filter(Boolean) ?? USUAL_COLUMNS,
    archived: query.get("archived") === "1",
  };
}

/** Every word typed is somewhere in what is said of a run; "tag:word" is one of its tags. */
function answers(run: Listed, text: string): boolean {
  const all = [run.id, run.title, run.recipe, run.state, run.note, run.health, ...run.tags].join("\n").toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .every((word) =>
      word.startsWith("tag:") ? run.tags.some((tag) => tag.toLowerCase() === word.slice(4)) : all.includes(word),
    );
}

/** What is missing stands last, either way. */
function compared(one: Value, other: Value, descending: boolean): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  const order =
    typeof one === "number" && typeof other === "number"
      ? one - other
      : String(one).localeCompare(String(other), "en", { numeric: true });
  return descending ? -order : order;
}

/** Those to show, in order: pinned ones first. */
export function shownRuns<T extends Listed>(runs: T[], view: BenchView, settings: Settings): T[] {
  return runs
    .filter((run) => (view.archived || !run.archived) && answers(run, view.text))
    .sort(
      (a, b) =>
        Number(b.pinned) - Number(a.pinned) ||
        compared(valueOf(a, view.sort, settings), valueOf(b, view.sort, settings), view.descending) ||
        a.id.localeCompare(b.id, "en", { numeric: true }),
    );
}

export type Line<T> = { heading: string; count: number } | { run: T };

/** The lines of the table: with groups each has a heading; they stand in the order of their first runs. */
export function linesOf<T extends Listed>(runs: T[], group: string, settings: Settings): Line<T>[] {
  if (!group) return runs.map((run) => ({ run }));
  const groups = new Map<string, T[]>();
  for (const run of runs) {
    const value = valueOf(run, group, settings);
    const name = `${titleOf(group)}: ${value ?? "none"}`;
    groups.set(name, [...(groups.get(name) ?? []), run]);
  }
  return [...groups].flatMap(([heading, members]) => [
    { heading, count: members.length },
    ...members.map((run) => ({ run })),
  ]);
}

/** Which lines are in sight, with some before and behind. */
export function inSight(
  top: number,
  room: number,
  height: number,
  count: number,
  beside = 8,
): { first: number; end: number } {
  const first = Math.max(0, Math.min(count, Math.floor(-top / height) - beside));
  return { first, end: Math.max(first, Math.min(count, Math.ceil((room - top) / height) + beside)) };
}

/** "a, b" as tags: each once, without what is around them. */
export const tagsOf = (text: string): string[] => [
  ...new Set(
    text
      .split(",")
      .map((tag) => tag.trim())
      .filter(Boolean),
  ),
];
