// News of runs that are under way: one stream for all runs that all tabs show, for browsers allow six connections to a
// host. The tab that holds a lock reads it and tells the others; where a page may not lock, each tab has its own.
import { eventsOf } from "../core/events";
import { send } from "./client";
import { whenBack } from "./connection";

export type News = (name: "state" | "metrics" | "samples", data: unknown) => void;

type Message =
  | { kind: "who" } // a new reader asks what the others follow
  | { kind: "wants"; tab: string; runs: string[] }
  | { kind: "news"; run: string; name: string; data: unknown };

const LOCK = "ganymede-events";
const SETTLE = 50; // milliseconds: runs chosen together make one request
const WAIT = 1000;

const tab = crypto.getRandomValues(new Uint32Array(2)).join("-");
const followers = new Map<string, Set<News>>();
const others = new Map<string, string[]>(); // what other tabs follow, where this one reads
const channel = new BroadcastChannel(LOCK);
const tell = (message: Message): void => channel.postMessage(message);

let waiting: AbortController | null = null; // for the lock
let reading = false; // this tab has it
let release = () => undefined as void;
let stream: AbortController | null = null;
let open = ""; // what the stream is of
let timer = 0;

const own = (): string[] => [...followers.keys()];

function deliver(run: string, name: string, data: unknown): void {
  for (const news of followers.get(run) ?? []) news(name as Parameters<News>[0], data);
}

async function read(runs: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const response = await send(`events?runs=${runs}`, undefined, signal);
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
      for (let text = ""; ; ) {
        const { value, done } = await reader.read();
        if (done) break;
        const { events, rest } = eventsOf(text + value);
        text = rest;
        for (const { name, data } of events) {
          const { id, run = id } = data as { id?: string; run?: string };
          deliver(run!, name, data);
          if (others.size) tell({ kind: "news", run: run!, name, data });
        }
      }
    } catch {
      if (signal.aborted) return;
    }
    await new Promise((done) => setTimeout(done, WAIT));
    if (!signal.aborted) await new Promise<void>((done) => whenBack(done));
  }
}

function settle(): void {
  if (!reading) return;
  const runs = [...new Set([...own(), ...[...others.values()].flat()])].sort().map(encodeURIComponent).join(",");
  if (runs === open) return;
  stream?.abort();
  open = runs;
  stream = runs ? new AbortController() : null;
  if (stream) void read(runs, stream.signal);
}

function soon(): void {
  clearTimeout(timer);
  timer = window.setTimeout(settle, SETTLE);
}

function begin(): void {
  reading = true;
  tell({ kind: "who" });
  soon();
}

function end(): void {
  stream?.abort();
  stream = null;
  open = "";
  reading = false;
  others.clear();
}

/** Takes the lock while this tab follows something, and gives it up when it does not: then another one reads. */
function lock(): void {
  if (!navigator.locks) {
    if (own().length) begin();
    else end();
    return;
  }
  if (!own().length) {
    waiting?.abort();
    waiting = null;
    release();
  } else if (!waiting) {
    waiting = new AbortController();
    const hold = () =>
      new Promise<void>((done) => {
        begin();
        release = () => {
          release = () => undefined;
          end();
          done();
        };
      });
    navigator.locks.request(LOCK, { signal: waiting.signal }, hold).catch(() => undefined);
  }
}

function changed(): void {
  lock();
  soon();
  tell({ kind: "wants", tab, runs: own() });
}

channel.onmessage = ({ data }: MessageEvent<Message>) => {
  if (data.kind === "who") {
    if (own().length) tell({ kind: "wants", tab, runs: own() });
  } else if (data.kind === "news") deliver(data.run, data.name, data.data);
  else if (reading) {
    if (data.runs.length) others.set(data.tab, data.runs);
    else others.delete(data.tab);
    soon();
  }
};
addEventListener("pagehide", () => tell({ kind: "wants", tab, runs: [] }));
// A page that comes back out of the browser's memory follows what it did.
addEventListener("pageshow", (event) => event.persisted && changed());

/** Tells `news` of a run until the function it gives back is called; what it missed before is for it to notice. */
export function follow(run: string, news: News): () => void {
  const known = followers.get(run);
  if (known) known.add(news);
  else followers.set(run, new Set([news]));
  changed();
  return () => {
    const left = followers.get(run);
    left?.delete(news);
    if (left && !left.size) followers.delete(run);
    changed();
  };
}
