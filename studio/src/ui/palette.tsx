// The command palette: Ctrl or Cmd and K, a few letters, Enter.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { matching, type Command } from "../core/commands";

const MAX_SHOWN = 16; // shown at once

interface FoundProps {
  found: Command[];
  current: number;
  choose: (command: Command) => void;
}

function Found({ found, current, choose }: FoundProps) {
  return (
    <ul id="commands" role="listbox" aria-label="Commands">
      {found.map((command, i) => (
        <li
          key={command.title}
          id={`command-${i}`}
          role="option"
          aria-selected={i === current ? "true" : "false"}
          onClick={() => choose(command)}
        >
          {command.title}
          {command.hint && <span class="quiet">{command.hint}</span>}
        </li>
      ))}
    </ul>
  );
}

export function Palette({ commands, onClose }: { commands: Command[]; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const found = matching(commands, typed, MAX_SHOWN);
  const current = Math.min(at, found.length - 1);
  // Before the next key arrives: it is meant for the palette already.
  useLayoutEffect(() => dialog.current!.showModal(), []);
  const choose = (command: Command | undefined) => {
    if (!command) return;
    dialog.current!.close();
    command.run();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setAt((current + 1) % Math.max(1, found.length));
    else if (event.key === "ArrowUp") setAt((current - 1 + found.length) % Math.max(1, found.length));
    else if (event.key === "Enter") choose(found[current]);
    else return;
    event.preventDefault();
  };
  return (
    <dialog
      ref={dialog}
      class="commands"
      aria-label="Commands"
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && dialog.current!.close()}
    >
      <input
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls="commands"
        aria-activedescendant={current >= 0 ? `command-${current}` : undefined}
        aria-label="What to do or where to go"
        placeholder="What to do or where to go"
        autocomplete="off"
        value={typed}
        onInput={(event) => (setTyped(event.currentTarget.value), setAt(0))}
        onKeyDown={onKey}
      />
      <Found found={found} current={current} choose={choose} />
      {!found.length && (
        <p class="quiet" role="status">
          Nothing is called so.
        </p>
      )}
    </dialog>
  );
}
