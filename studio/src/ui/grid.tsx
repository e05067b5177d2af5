// Grids of buttons as one stop for Tab: arrow keys go from one to the next, as they lie on the screen.
import type { ComponentChildren, JSX, RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

const buttonsOf = (grid: HTMLElement): HTMLButtonElement[] => [...grid.querySelectorAll("button")];

/** The nearest button above or below; itself where there is none. */
function vertical(buttons: HTMLButtonElement[], from: HTMLButtonElement, down: boolean): HTMLButtonElement {
  const place = from.getBoundingClientRect();
  let best = from;
  let least = Infinity;
  for (const one of buttons) {
    const { top, left } = one.getBoundingClientRect();
    const away = down ? top - place.top : place.top - top;
    if (away < 1) continue;
    const distance = away * 1000 + Math.abs(left - place.left);
    if (distance < least) [best, least] = [one, distance];
  }
  return best;
}

function target(grid: HTMLElement, from: HTMLButtonElement, key: string): HTMLButtonElement | undefined {
  const buttons = buttonsOf(grid);
  const at = buttons.indexOf(from);
  if (key === "ArrowRight") return buttons[at + 1];
  if (key === "ArrowLeft") return buttons[at - 1];
  if (key === "Home") return buttons[0];
  if (key === "End") return buttons.at(-1);
  if (key === "ArrowDown" || key === "ArrowUp") return vertical(buttons, from, key === "ArrowDown");
  return undefined;
}

interface GridProps {
  as?: "div" | "ul";
  place?: RefObject<HTMLElement>;
  class: string;
  style?: JSX.CSSProperties;
  label?: string;
  children: ComponentChildren;
}

export function Grid({ as: Tag = "div", place, class: name, style, label, children }: GridProps) {
  const own = useRef<HTMLElement>(null);
  const grid = (place ?? own) as RefObject<never>;
  const current = useRef<HTMLButtonElement | null>(null);
  const mark = () => {
    const buttons = buttonsOf(grid.current!);
    if (!current.current || !buttons.includes(current.current)) current.current = buttons[0] ?? null;
    for (const button of buttons) button.tabIndex = button === current.current ? 0 : -1;
  };
  useLayoutEffect(mark);
  const enter = (event: FocusEvent) => {
    const button = (event.target as HTMLElement).closest("button");
    if (button) current.current = button;
    mark();
  };
  const move = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const from = (event.target as HTMLElement).closest("button");
    const to = from && target(grid.current!, from, event.key);
    if (!to) return;
    event.preventDefault();
    to.focus();
  };
  return (
    <Tag
      ref={grid}
      class={name}
      style={style}
      role={Tag === "div" && label ? "group" : undefined}
      aria-label={label}
      onFocusIn={enter}
      onKeyDown={move}
    >
      {children}
    </Tag>
  );
}
