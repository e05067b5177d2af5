// What the form of a new training says, as the server is asked for it.
import { seedOf, wholeNumber } from "./numbers";

/** As it is typed. */
export interface Draft {
  name: string;
  steps: string;
  seed: string;
  changes: string[]; // "section.key=value"; an empty one is none yet
  toml: string;
  images: string; // of the server's folder; empty: the recipe's
}

/** Where the recipe comes from: one by name, that of a run, or the draft's text. */
export type Source = { recipe: string } | { like: string } | "text";

/** The request, and what is wrong before it is sent, by fields. */
export function readDraft(draft: Draft, source: Source, most: { minimum: number; maximum: number }) {
  const body: Record<string, string | number | string[]> = source === "text" ? { toml: draft.toml } : { ...source };
  const wrong: Record<string, string> = {};
  if (source === "text" && !draft.toml.trim()) wrong["toml"] = "Write or paste a recipe.";
  const name = draft.name.trim();
  if (name) body["name"] = name;
  if (draft.images) body["images"] = draft.images;
  for (const [field, read] of [
    ["steps", (text: string) => wholeNumber(text, most.minimum, most.maximum)],
    ["seed", seedOf],
  ] as const) {
    const text = draft[field].trim();
    if (!text) continue;
    const number = read(text);
    if ("wrong" in number) wrong[field] = number.wrong;
    else body[field] = number.value;
  }
  const set = draft.changes.map((change) => change.trim()).filter(Boolean);
  if (set.length) body["set"] = set;
  return { body, wrong };
}

/** The server's field of each line of changes: empty ones are not sent. */
export function fieldsOfChanges(changes: readonly string[]): (string | null)[] {
  let sent = 0;
  return changes.map((change) => (change.trim() ? `set[${sent++}]` : null));
}

const LONGEST = 60; // a list of layers is no line to complete

/** What a line of changes may begin as: "train.batch_size=64". */
export const completions = (settings: Record<string, string>): string[] =>
  Object.entries(settings)
    .filter(([key, value]) => key.includes(".") && value.length <= LONGEST)
    .map(([key, value]) => `${key}=${value}`);
