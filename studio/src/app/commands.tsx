// What the palette offers: views, models, runs, themes, and what there is beside them; and the keys that open it.
import { useState } from "preact/hooks";
import { call } from "../api/client";
import { useResource } from "../api/resource";
import type { Answer, Model } from "../api/types";
import type { Command } from "../core/commands";
import { go } from "../state/address";
import { Help } from "../ui/help";
import { usePageKeys } from "../ui/keys";
import { chooseFile, useDropped } from "./dropped";
import { Palette } from "../ui/palette";

export interface Shell {
  models: Model[];
  views: { name: string; title: string }[];
  themes: readonly string[];
  setTheme: (theme: string) => void;
}

/** Says whether the address could be copied: pages that are not secure may not. */
async function copyLink(say: (text: string) => void): Promise<void> {
  try {
    await navigator.clipboard.writeText(location.href);
    say("The link is copied.");
  } catch {
    say("This browser lets secure pages alone copy; the address bar has the link.");
  }
}

function commandsOf(
  { models, views, themes, setTheme }: Shell,
  runs: { id: string }[],
  { copy, help, find }: Record<"copy" | "help" | "find", () => void>,
): Command[] {
  return [
    ...views.map(({ name, title }) => ({ title, hint: "view", run: () => go(`/${name}`) })),
    { title: "Copy link", run: copy },
    { title: "Help", hint: "?", run: help },
    { title: "Find a saved image again", hint: "PNG", run: find },
    ...themes.map((theme) => ({ title: `Theme: ${theme}`, run: () => setTheme(theme) })),
    ...runs.map(({ id }) => ({ title: id, hint: "run", run: () => go(`/runs/${id}`) })),
    ...models.flatMap(({ id }) => [
      { title: `Generate with ${id}`, hint: "model", run: () => go(`/generate?model=${encodeURIComponent(id)}`) },
      { title: `Model ${id}`, hint: "model", run: () => go(`/models/${id}`) },
    ]),
  ];
}

const SAID = 3000; // milliseconds

/** Buttons for the rail, and what they and the keys open. */
export function Commands(shell: Shell) {
  const [open, setOpen] = useState<"" | "commands" | "help">("");
  const [said, setSaid] = useState("");
  const { value: runs } = useResource(
    open === "commands" ? "runs" : null,
    async (signal) => (await call<Answer<"listRuns">>("runs", undefined, { signal })).runs,
  );
  const say = (text: string) => {
    setSaid(text);
    setTimeout(() => setSaid(""), SAID);
  };
  const copy = () => void copyLink(say);
  const help = () => setOpen("help");
  useDropped(say);
  usePageKeys({ commands: () => setOpen("commands"), help });
  return (
    <div class="shell-buttons">
      <button type="button" onClick={() => setOpen("commands")} title="Ctrl K">
        Commands
      </button>
      <button type="button" onClick={copy}>
        Copy link
      </button>
      <button type="button" onClick={help} aria-label="Help" title="?">
        ?
      </button>
      <span class="said" role="status">
        {said}
      </span>
      {open === "commands" && (
        <Palette
          commands={commandsOf(shell, runs ?? [], { copy, help, find: () => chooseFile(say) })}
          onClose={() => setOpen((now) => (now === "commands" ? "" : now))}
        />
      )}
      {open === "help" && <Help onClose={() => setOpen("")} />}
    </div>
  );
}
