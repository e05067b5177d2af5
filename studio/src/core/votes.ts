// A blind vote, as an address holds it: what stands where in each row, and which place of it was preferred.
// vote=SALT.CHECK begins one: the salt makes the order, the check says which images it is of. votes=12-0 is a row each:
// the place that was preferred, 0 for none, "-" where nothing was said yet.

export type Vote = number | null; // the place in the row, from 1; 0: no preference; null: not yet

/** The 32-bit FNV-1a hash of a text's code units. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; ++i) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}

/** Numbers in [0, 1) from a seed: mulberry32. They need not be good, only not be guessed. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Which of `count` stands at each place of a row: another order in each row (Fisher and Yates). */
export function orderOf(salt: string, row: number, count: number): number[] {
  const next = numbersFrom(hash(`${salt} ${row}`));
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; --i) {
    const other = Math.floor(next() * (i + 1));
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  return order;
}

/** The text that begins a vote on images; `images` is all that makes them. */
export const newVote = (salt: string, images: string): string => `${salt}.${hash(images).toString(36)}`;
/** The salt of a vote on these images; null where there is none, or it is one on others. */
export function saltOf(vote: string | null, images: string): string | null {
  const [salt = "", check] = (vote ?? "").split(".");
  return salt && check === hash(images).toString(36) ? salt : null;
}

/** The votes of an address; what is none counts as not yet. */
export const votesOf = (text: string | null, rows: number, places: number): Vote[] =>
  Array.from({ length: rows }, (_, row) => {
    const digit = (text ?? "")[row] ?? "-";
    return /\d/.test(digit) && Number(digit) <= places ? Number(digit) : null;
  });
export const textOfVotes = (votes: Vote[]): string => votes.map((vote) => vote ?? "-").join("");

export interface Tally {
  counts: number[]; // how often each model was preferred
  none: number; // rows without a preference
  left: number; // rows without a vote
}

export function tallyOf(votes: Vote[], salt: string, models: number): Tally {
  const tally: Tally = { counts: Array.from({ length: models }, () => 0), none: 0, left: 0 };
  votes.forEach((vote, row) => {
    if (vote === null) ++tally.left;
    else if (vote === 0) ++tally.none;
    else ++tally.counts[orderOf(salt, row, models)[vote - 1]!]!;
  });
  return tally;
}
