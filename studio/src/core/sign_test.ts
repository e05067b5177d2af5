// Whether votes tell two models apart, or are what chance makes of no difference.

/** The exact two-sided sign test (Dixon and Mood 1946): how probable a vote as uneven as this one, or more so, is where
 * either is as likely to be preferred: twice the smaller tail of Binomial(one + other, 1/2), at most 1. Rows without a
 * preference are left out of it, as the test wants. */
export function signTest(one: number, other: number): number {
  const n = one + other;
  let term = 0.5 ** n; // of k = 0
  let tail = term;
  for (let k = 1; k <= Math.min(one, other); ++k) {
    term *= (n - k + 1) / k;
    tail += term;
  }
  return Math.min(1, 2 * tail);
}

/** Below this a vote is said to be no chance: one in twenty. */
export const LEVEL = 0.05;

/** So few preferences that not even a unanimous vote would be below the level, where as many pairs are looked at. */
export const tooFew = (preferences: number, pairs: number): boolean => pairs * signTest(0, preferences) >= LEVEL;

export interface Pair {
  more: number; // which was preferred as often as the other, or oftener
  less: number;
  votes: [number, number]; // of either
  p: number; // of the sign test, times the number of pairs (Bonferroni), at most 1
}

/** All pairs, each over the rows in which one of the two was preferred to all that were shown. */
export function pairsOf(counts: number[]): Pair[] {
  const pairs = counts.flatMap((_, i) => counts.slice(i + 1).map((__, j) => [i, i + 1 + j] as const));
  return pairs.map(([one, other]) => {
    const [more, less] = counts[other]! > counts[one]! ? [other, one] : [one, other];
    const votes: [number, number] = [counts[more]!, counts[less]!];
    return { more, less, votes, p: Math.min(1, pairs.length * signTest(...votes)) };
  });
}

const percent = (p: number): string => (p < 0.001 ? "less than 0.1 %" : `${Number((100 * p).toPrecision(2))} %`);

/** What a pair's votes say, in words. */
export function verdict({ more, less, votes, p }: Pair, names: string[], pairs: number): string {
  const preferences = votes[0] + votes[1];
  const begin = `${names[more]} ${votes[0]}, ${names[less]} ${votes[1]}`;
  if (preferences === 0) return `${begin}: nothing was preferred, so nothing can be said.`;
  if (tooFew(preferences, pairs))
    return `${begin}: too few preferences to tell them apart, however uneven; vote on more.`;
  const chance = `were they alike, a vote as uneven would come about in ${percent(p)} of cases`;
  return p < LEVEL
    ? `${begin}: ${chance}. ${names[more]} is preferred; that is hardly chance.`
    : `${begin}: ${chance}. It may well be chance.`;
}
