// The steps at which runs left samples, so that several runs can be looked at side by side.

/** "step-000500.png" is of step 500. */
export const stepOf = (name: string): number => Number(/\d+/.exec(name)?.[0] ?? 0);

/** All steps of all runs, each once. */
export const stepsOf = (runs: { samples: string[] }[]): number[] =>
  [...new Set(runs.flatMap(({ samples }) => samples.map(stepOf)))].sort((a, b) => a - b);

/** The newest sample that is not of a later step; the first one where all are. */
export function sampleAt(samples: string[], step: number): string | undefined {
  return samples.filter((name) => stepOf(name) <= step).at(-1) ?? samples[0];
}

/** At most `most` of ascending steps, spread by their logarithms: early on more happens in a step. The first and the
 * last are among them. */
export function spread(steps: number[], most: number): number[] {
  if (steps.length <= most) return steps;
  const [first, last] = [Math.log(steps[0]! + 1), Math.log(steps.at(-1)! + 1)];
  const chosen = new Set<number>();
  for (let i = 0; i < most; ++i) {
    const wanted = Math.exp(first + ((last - first) * i) / (most - 1)) - 1;
    const free = steps.filter((step) => !chosen.has(step));
    chosen.add(free.reduce((best, step) => (Math.abs(step - wanted) < Math.abs(best - wanted) ? step : best)));
  }
  chosen.add(steps[0]!).add(steps.at(-1)!);
  return [...chosen].sort((a, b) => a - b).slice(-most - 1);
}
