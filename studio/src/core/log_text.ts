// A log that grows, as a page keeps it.

export interface LogPart {
  from: number;
  end: number;
  text: string;
}

export const MOST = 200_000; // characters that are kept

/** The log with its next part; what does not go on from there takes its place. Its oldest lines are let go. */
export function joined(known: LogPart | null, part: LogPart): LogPart {
  if (!known || part.from !== known.end) return part;
  let text = known.text + part.text;
  if (text.length > MOST) text = text.slice(text.indexOf("\n", text.length - MOST) + 1);
  return { from: known.from, end: part.end, text };
}
