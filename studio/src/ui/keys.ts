// Keys that work wherever nothing else takes them: not while somebody types, nor over an open dialog.
import { useEffect, useRef } from "preact/hooks";

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  target.closest("input:not([type=range], [type=checkbox], [type=radio]), select, textarea, dialog") !== null;

/** Focuses what comes after (or before) the focused one among what may be stepped through: elements with data-item. */
function step(by: 1 | -1): void {
  const items = [...document.querySelectorAll<HTMLElement>("main [data-item]")];
  const at = items.findIndex((item) => item === document.activeElement || item.contains(document.activeElement));
  const to = items[at < 0 ? (by > 0 ? 0 : items.length - 1) : at + by];
  to?.focus();
  to?.scrollIntoView({ block: "nearest" });
}

const isFree = (event: KeyboardEvent): boolean =>
  !isTyping(event.target) &&
  !document.querySelector("dialog[open]") &&
  !event.ctrlKey &&
  !event.metaKey &&
  !event.altKey;

function useWindowKeys(on: (event: KeyboardEvent) => boolean): void {
  const newest = useRef(on);
  newest.current = on;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => newest.current(event) && event.preventDefault();
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}

/** Keys of a view; `on` says whether it took the key. */
export const useFreeKeys = (on: (key: string) => boolean): void =>
  useWindowKeys((event) => isFree(event) && on(event.key));

export function usePageKeys({ commands, help }: { commands: () => void; help: () => void }): void {
  useWindowKeys((event) => {
    const isPalette =
      (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
    if (isPalette && !document.querySelector("dialog[open]")) commands();
    else if (!isFree(event)) return false;
    else if (event.key === "?") help();
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else return false;
    return true;
  });
}
