// Whether the server answers. Who asked in vain waits for its return here; one place asks whether it is back.
import { useEffect, useState } from "preact/hooks";

let lost = false;
const listeners = new Set<() => void>();
const FIRST_WAIT = 500;
const LONGEST_WAIT = 5000;

function become(next: boolean): void {
  if (lost === next) return;
  lost = next;
  for (const listener of [...listeners]) listener();
}

async function untilBack(): Promise<void> {
  for (let wait = FIRST_WAIT; lost; wait = Math.min(2 * wait, LONGEST_WAIT)) {
    await new Promise((done) => setTimeout(done, wait));
    const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
    if (answer?.ok) become(false);
  }
}

/** A proxy that answers for a server that is away. */
export const isAway = (status: number): boolean => status === 502 || status === 504;

export function unanswered(): void {
  if (lost) return;
  become(true);
  void untilBack();
}
export const answered = (): void => become(false);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Calls once, when the server answers; what it gives back takes that again. */
export function whenBack(call: () => void): () => void {
  let over = false;
  const look = () => {
    if (lost || over) return;
    stop();
    call();
  };
  const unsubscribe = subscribe(look);
  const stop = () => {
    over = true;
    unsubscribe();
  };
  queueMicrotask(look);
  return stop;
}

export function useLost(): boolean {
  const [known, set] = useState(lost);
  useEffect(() => {
    set(lost);
    return subscribe(() => set(lost));
  }, []);
  return known;
}
