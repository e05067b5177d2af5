// Numbers as people write and read them.

/** A whole number from `low` to `high`, or the sentence that says what is wrong with the text. */
export function wholeNumber(text: string, low: number, high: number): { value: number } | { wrong: string } {
  const range = `a whole number from ${low} to ${high.toLocaleString("en")}`;
  const trimmed = text.trim();
  if (trimmed === "") return { wrong: `Enter ${range}.` };
  const value = Number(trimmed);
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(trimmed)) return { wrong: `"${trimmed}" is not a number. Enter ${range}.` };
  if (!Number.isInteger(value)) return { wrong: `${trimmed} is not whole. Enter ${range}.` };
  if (value < low) return { wrong: `${trimmed} is too few. Enter ${range}.` };
  if (value > high) return { wrong: `${trimmed} is too many. Enter ${range}.` };
  return { value };
}

/** The seed that a text names, by the rule that holds everywhere, in the same words; or what is wrong with it. */
export function seedOf(text: string): { value: number } | { wrong: string } {
  const trimmed = text.trim();
  const value = Number(trimmed);
  if (/^(0|[1-9]\d*)$/.test(trimmed) && Number.isSafeInteger(value)) return { value };
  return {
    wrong: `"${trimmed}" is no seed: a seed is a whole number from 0 to ${Number.MAX_SAFE_INTEGER} in decimal digits.`,
  };
}

export const anySeed = (): number => Math.floor(Math.random() * 1e9);

/** "3,143,616" */
export const grouped = (value: number): string => value.toLocaleString("en");

/** "1 image", "1,200 images" */
export const counted = (count: number, one: string): string => `${grouped(count)} ${one}${count === 1 ? "" : "s"}`;

/** "3.1 M" */
export function short(value: number): string {
  for (const [size, unit] of [
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const) {
    if (Math.abs(value) >= size) return `${(value / size).toPrecision(3)} ${unit}`;
  }
  return String(value);
}

export const rounded = (value: number | null | undefined, digits = 4): string =>
  value == null ? "–" : Number(value.toPrecision(digits)).toString();

export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  if (hours) return `${hours} h ${minutes} min`;
  return minutes ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}
