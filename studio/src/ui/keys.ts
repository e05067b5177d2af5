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

export function usePageKeys(actions: { commands: () => void; help: () => void }): void {
  const newest = useRef(actions);
  newest.current = actions;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isPalette =
        (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
      if (isPalette && !document.querySelector("dialog[open]")) newest.current.commands();
      else if (
        isTyping(event.target) ||
        document.querySelector("dialog[open]") ||
        event.ctrlKey ||
        event.metaKey ||
        event.altKey
      )
        return;
      else if (event.key === "?") newest.current.help();
      else if (event.key === "j") step(1);
      else if (event.key === "k") step(-1);
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}
