// Models beside the chosen one, as an address holds them: classes@40,other@200, each with the step its images are of.

export interface Beside {
  id: string;
  step: number | null; // null: not written down yet
}

export const MAX_MODELS = 4; // all together

/** At most so many, each once and none of them the chosen one; what is no name is left out. */
export function besideOf(text: string | null, chosen: string): Beside[] {
  const found = new Map<string, Beside>();
  for (const part of (text ?? "").split(",")) {
    const [, id, step] = /^([\w.-]+)(?:@(\d{1,15}))?$/.exec(part) ?? [];
    if (id && id !== chosen && !found.has(id)) found.set(id, { id, step: step === undefined ? null : Number(step) });
  }
  return [...found.values()].slice(0, MAX_MODELS - 1);
}

export const textOfBeside = (all: Beside[]): string =>
  all.map(({ id, step }) => (step === null ? id : `${id}@${step}`)).join(",");

/** What all of several lists have, in the order of the first. */
export const inAll = (lists: string[][]): string[] =>
  (lists[0] ?? []).filter((one) => lists.every((list) => list.includes(one)));
