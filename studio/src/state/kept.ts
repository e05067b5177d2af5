// What this browser keeps, as JSON by its name; other tabs see it as it changes.
import { useEffect, useState } from "preact/hooks";

const CHANGED = "kept-changed";

export function readKept(name: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(name) ?? "null");
  } catch {
    return null;
  }
}

/** False where this browser keeps nothing more. */
export function writeKept(name: string, value: unknown): boolean {
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    return false;
  }
  dispatchEvent(new Event(CHANGED));
  return true;
}

/** What `read` finds, and finds again whenever something changed. */
export function useKept<T>(read: () => T): T {
  const [value, set] = useState(read);
  useEffect(() => {
    const update = () => set(read());
    addEventListener(CHANGED, update);
    addEventListener("storage", update);
    return () => {
      removeEventListener(CHANGED, update);
      removeEventListener("storage", update);
    };
  }, []);
  return value;
}
