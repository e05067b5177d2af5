// The state of every view is in the address: reload, share, back and forward just work.
import { useEffect, useState } from "preact/hooks";

export interface Address {
  parts: string[]; // "/runs/abc" is ["runs", "abc"]
  query: URLSearchParams;
}

function current(): Address {
  return { parts: location.pathname.split("/").filter(Boolean).map(decodeURIComponent), query: new URLSearchParams(location.search) };
}

const CHANGED = "address-changed";

/** Goes to an address; `replace` leaves no trace in the history (a slider being dragged). */
export function go(to: string, replace = false): void {
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  dispatchEvent(new Event(CHANGED));
}

/** The current address with some of its query changed; null removes a name. */
export function changed(query: Record<string, string | null>): string {
  const next = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === "") next.delete(name);
    else next.set(name, value);
  }
  const text = next.toString();
  return location.pathname + (text ? `?${text}` : "");
}

export function useAddress(): Address {
  const [address, set] = useState(current);
  useEffect(() => {
    const update = () => set(current());
    addEventListener("popstate", update);
    addEventListener(CHANGED, update);
    return () => {
      removeEventListener("popstate", update);
      removeEventListener(CHANGED, update);
    };
  }, []);
  return address;
}
