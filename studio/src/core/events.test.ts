import { expect, test } from "vitest";
import { eventsOf } from "./events";

test("whole events, comments and a beginning", () => {
  const { events, rest } = eventsOf(
    'event: state\ndata: {"id": "a"}\n\n:\n\nevent: metrics\nid: 4\ndata: {"rows": 4}\n\nevent: st',
  );
  expect(events).toEqual([
    { name: "state", data: { id: "a" } },
    { name: "metrics", data: { rows: 4 } },
  ]);
  expect(rest).toBe("event: st");
  expect(eventsOf("event: a\ndata: 1\n")).toEqual({ events: [], rest: "event: a\ndata: 1\n" });
});
