// What a view shows of the server: asked for, asked again as it changes, kept while the server is away.
import { useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "./client";
import { whenBack } from "./connection";

export interface Resource<T> {
  value: T | null;
  problem: Error | null; // why the newest value is not there; null while it may still come
}

export interface ResourceOptions {
  every?: number; // milliseconds: asks again and again, while the page can be seen
  version?: string | number; // of the same thing: what is there stays until the next is
}

const BUSY_WAIT = 5000;

/** Whether asking again may help, and the server is not away: it is too busy. */
const isBusy = (error: Error): boolean => error instanceof Problem && (error.status === 429 || error.status === 503);
const isUnanswered = (error: Error): boolean => error instanceof Problem && error.status === 0;

/** Whether two answers say the same: what did not change since the last look is not rendered again. */
const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Waits until the page can be seen, then calls; what it gives back takes that again. */
function whenSeen(call: () => void): () => void {
  if (document.visibilityState === "visible") {
    call();
    return () => undefined;
  }
  const look = () => {
    if (document.visibilityState !== "visible") return;
    document.removeEventListener("visibilitychange", look);
    call();
  };
  document.addEventListener("visibilitychange", look);
  return () => document.removeEventListener("visibilitychange", look);
}

/** The value of `ask` for `key` (null: nothing is wanted). A server that was away is asked again when it is back. */
export function useResource<T>(
  key: string | null,
  ask: (signal: AbortSignal) => Promise<T>,
  { every = 0, version = "" }: ResourceOptions = {},
): Resource<T> {
  const [state, set] = useState<Resource<T> & { key: string | null }>({ key, value: null, problem: null });
  const newest = useRef(ask);
  newest.current = ask;
  useEffect(() => {
    if (key === null) return;
    const stop = new AbortController();
    let cancel = () => undefined as void;
    const later = (milliseconds: number) => {
      const timer = setTimeout(() => (cancel = whenSeen(() => void look())), milliseconds);
      cancel = () => clearTimeout(timer);
    };
    const look = async () => {
      try {
        const value = await newest.current(stop.signal);
        if (stop.signal.aborted) return;
        set((old) =>
          every && old.key === key && !old.problem && same(old.value, value) ? old : { key, value, problem: null },
        );
        if (every) later(every);
      } catch (error) {
        if (stop.signal.aborted) return;
        const problem = error instanceof Error ? error : new Error(String(error));
        // The shell says that the server is away, once for all.
        set((old) => ({
          key,
          value: old.key === key ? old.value : null,
          problem: isUnanswered(problem) ? null : problem,
        }));
        if (isUnanswered(problem)) cancel = whenBack(() => void look());
        else if (isBusy(problem)) later(BUSY_WAIT);
        else if (every) later(every);
      }
    };
    void look();
    return () => {
      stop.abort();
      cancel();
    };
  }, [key, version, every]);
  return key !== null && state.key === key ? state : { value: null, problem: null };
}
