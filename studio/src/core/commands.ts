// What can be asked for by typing a few letters of it.

export interface Command {
  title: string;
  hint?: string; // what kind it is, or its key
  run: () => void;
}

/** How well a title answers what was typed: every word of it must be there. Less is better; null where one is not. */
export function fit(title: string, typed: string): number | null {
  const text = title.toLowerCase();
  let worst = 0;
  for (const word of typed.toLowerCase().split(/\s+/).filter(Boolean)) {
    const at = text.indexOf(word);
    if (at < 0) return null;
    const begins = at === 0 || !/[a-z0-9]/.test(text[at - 1]!);
    worst = Math.max(worst, at === 0 ? 0 : begins ? 1 : 2);
  }
  return worst;
}

/** Those that answer it, the best first, at most `most`. */
export function matching(commands: Command[], typed: string, most: number): Command[] {
  const fits = commands.flatMap((command) => {
    const how = fit(command.title, typed);
    return how === null ? [] : [{ command, how }];
  });
  return fits
    .sort((a, b) => a.how - b.how)
    .slice(0, most)
    .map(({ command }) => command);
}
