// Server-sent events, as text comes in.

export interface ServerEvent {
  name: string;
  data: unknown;
}

/** The whole events of `text`, and what is left of it. */
export function eventsOf(text: string): { events: ServerEvent[]; rest: string } {
  const events: ServerEvent[] = [];
  let rest = text;
  for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
    const fields = Object.fromEntries(
      rest
        .slice(0, end)
        .split("\n")
        .map((line) => [line.split(":", 1)[0], line.slice(line.indexOf(":") + 2)]),
    );
    rest = rest.slice(end + 2);
    if (fields["data"]) events.push({ name: fields["event"] ?? "message", data: JSON.parse(fields["data"]) });
  }
  return { events, rest };
}
