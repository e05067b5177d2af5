// The state of every view is in the address: reload, share, back and forward just work.
import { useEffect, useState } from "preact/hooks";
import { HAS_SERVER } from "../api/client";

export interface Address {
  parts: string[]; // "/runs/abc" is ["runs", "abc"]
  query: URLSearchParams;
}

// Below /embed, in a frame of somebody's page, the same addresses show the same and change nothing.
const PLACE = (HAS_SERVER && /^\/embed(?=\/|$)/.exec(location.pathname)?.[0]) || "";
export const EMBEDDED = PLACE !== "";
/** Where a link to an address of the page goes. */
export const hrefOf = (to: string): string => PLACE + to;
export const pathname = (): string => location.pathname.slice(PLACE.length);

function current(): Address {
  return {
    parts: pathname().split("/").filter(Boolean).map(decodeURIComponent),
    query: new URLSearchParams(location.search),
  };
}

const CHANGED = "address-changed";

/** Goes to an address; `replace` leaves no trace in the history (a slider being dragged). */
export function go(to: string, replace = false): void {
  if (replace) history.replaceState(history.state, "", hrefOf(to));
  else history.pushState({ within: true }, "", hrefOf(to));
  dispatchEvent(new Event(CHANGED));
}

/** Closes what `name` of the query has open: back to where it was opened from, so that Back does not open it again. */
export function close(name: string): void {
  if ((history.state as { opened?: string } | null)?.opened === name) history.back();
  else go(changed({ [name]: null }), true);
}

/** Opens something over the view; Back closes it. */
export function open(name: string, value: string): void {
  const already = new URLSearchParams(location.search).has(name);
  go(changed({ [name]: value }), already);
  if (!already) history.replaceState({ opened: name }, "");
}

/** The current address with some of its query changed; null removes a name. */
export function changed(query: Record<string, string | null>): string {
  const next = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === "") next.delete(name);
    else next.set(name, value);
  }
  const text = next.toString();
  return pathname() + (text ? `?${text}` : "");
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
