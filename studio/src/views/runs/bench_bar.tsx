// Above the list of runs: which are shown, in what order, groups and columns; and what is done with those that are
// chosen.
import { keepOfRun } from "limits";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Run } from "../../api/types";
import { USUAL_COLUMNS, columnsFor, firstSort, tagsOf, titleOf, type BenchView, type Settings } from "../../core/bench";
import { counted, grouped } from "../../core/numbers";
import { EMBEDDED, changed, go } from "../../state/address";
import { forgetDone, keep, remove, useDone } from "../../state/bench";

const set = (query: Record<string, string | null>) => go(changed(query), true);

function Columns({ all, view }: { all: string[]; view: BenchView }) {
  const toggle = (column: string) => {
    const next = view.columns.includes(column)
      ? view.columns.filter((other) => other !== column)
      : all.filter((other) => other === column || view.columns.includes(other));
    set({ columns: next.join(",") === USUAL_COLUMNS.join(",") ? null : next.join(",") || "state" });
  };
  return (
    <fieldset class="columns">
      <legend>Columns</legend>
      {all.map((column) => (
        <label key={column} class="check">
          <input type="checkbox" checked={view.columns.includes(column)} onChange={() => toggle(column)} />
          {column.startsWith("last:") ? `last ${titleOf(column)}` : titleOf(column)}
        </label>
      ))}
    </fieldset>
  );
}

interface BarProps {
  runs: Run[];
  shown: number;
  view: BenchView;
  settings: Settings;
  open: boolean; // the columns
  setOpen: (open: boolean) => void;
}

function Order({ all, view, settings }: { all: string[]; view: BenchView; settings: Settings }) {
  return (
    <>
      <label>
        Sort by{" "}
        <select value={view.sort} onChange={(event) => set({ sort: firstSort(event.currentTarget.value) })}>
          {["started", "name", ...all.filter((column) => column !== "started" && column !== "losses")].map((column) => (
            <option key={column} value={column}>
              {column.startsWith("last:") ? `last ${titleOf(column)}` : titleOf(column)}
            </option>
          ))}
        </select>
      </label>
      <button
        type="button"
        aria-label={view.descending ? "Greatest first" : "Least first"}
        title={view.descending ? "Greatest first" : "Least first"}
        onClick={() => set({ sort: `${view.descending ? "" : "-"}${view.sort}` })}
      >
        {view.descending ? "↓" : "↑"}
      </button>
      <label>
        Group by{" "}
        <select value={view.group} onChange={(event) => set({ group: event.currentTarget.value || null })}>
          <option value="">nothing</option>
          {[
            "state",
            "recipe",
            "tags",
            ...Object.keys(settings)
              .sort()
              .map((key) => `set:${key}`),
          ].map((column) => (
            <option key={column} value={column}>
              {titleOf(column)}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}

export function BenchBar({ runs, shown, view, settings, open, setOpen }: BarProps) {
  const all = columnsFor(runs, settings);
  const archived = runs.filter((run) => run.archived).length;
  return (
    <div class="card bench" role="group" aria-label="Which runs are shown">
      <div class="row">
        <input
          type="search"
          aria-label="Find runs"
          placeholder="Find runs: words, tag:word"
          value={view.text}
          onInput={(event) => set({ q: event.currentTarget.value || null })}
        />
        <Order all={all} view={view} settings={settings} />
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          Columns
        </button>
        {archived > 0 && (
          <label class="check">
            <input
              type="checkbox"
              checked={view.archived}
              onChange={() => set({ archived: view.archived ? null : "1" })}
            />
            Archived ones too ({archived})
          </label>
        )}
        <span class="quiet" role="status">
          {shown === runs.length ? "" : `${grouped(shown)} of `}
          {counted(runs.length, "run")}
        </span>
      </div>
      {open && <Columns all={all} view={view} />}
    </div>
  );
}

/** What was done last, and its undoing. */
export function DoneNotice() {
  const { done } = useDone();
  if (!done) return null;
  return (
    <div class="notice row" role="status">
      <span>{done.text}</span>
      {done.undo && (
        <button type="button" onClick={() => void done.undo!()}>
          Undo
        </button>
      )}
      <button type="button" onClick={forgetDone} aria-label="Away with this notice">
        ×
      </button>
    </div>
  );
}

function TagForm({ chosen, disabled }: { chosen: Run[]; disabled: boolean }) {
  const [tags, setTags] = useState("");
  const tag = (event: SubmitEvent) => {
    event.preventDefault();
    const added = tagsOf(tags);
    if (!added.length) return;
    void keep(chosen, `tagged ${added.join(", ")}`, (run) => ({ tags: [...new Set([...run.tags, ...added])] }));
    setTags("");
  };
  return (
    <form class="row" onSubmit={tag}>
      <input
        aria-label="Tags to add, with commas between"
        placeholder="tags"
        value={tags}
        disabled={disabled}
        onInput={(event) => setTags(event.currentTarget.value)}
      />
      <button disabled={disabled}>Tag</button>
    </form>
  );
}

interface ChosenProps {
  chosen: Run[];
  choose: (ids: string[]) => void;
}

/** Pins, tags, the archive and the trash. */
function Keeping({ chosen, choose }: ChosenProps) {
  const unwritable = chosen.filter((run) => !run.keeps);
  const [pinned, archived] = [chosen.every((run) => run.pinned), chosen.every((run) => run.archived)];
  const away = () => {
    void remove(chosen);
    choose([]);
  };
  return (
    <>
      <button
        type="button"
        disabled={unwritable.length > 0}
        onClick={() => void keep(chosen, pinned ? "no longer pinned" : "pinned", () => ({ pinned: !pinned }))}
      >
        {pinned ? "Unpin" : "Pin"}
      </button>
      <button
        type="button"
        disabled={unwritable.length > 0}
        onClick={() => void keep(chosen, archived ? "out of the archive" : "archived", () => ({ archived: !archived }))}
      >
        {archived ? "Unarchive" : "Archive"}
      </button>
      <TagForm chosen={chosen} disabled={unwritable.length > 0} />
      <button type="button" onClick={away}>
        Delete
      </button>
      <button type="button" onClick={() => choose([])}>
        Choose none
      </button>
      {unwritable.length > 0 && (
        <span class="quiet">
          The folder of {unwritable[0]!.id} cannot be written: pins, tags and so on cannot be kept there.
        </span>
      )}
    </>
  );
}

/** What can be done with the runs that are chosen. */
export function ChosenActions({ chosen, choose }: ChosenProps) {
  if (!chosen.length) return null;
  const ids = chosen.map(({ id }) => id).join(",");
  return (
    <div class="row chosen" role="group" aria-label="With the chosen runs">
      <button
        type="button"
        disabled={chosen.length < 2}
        onClick={() =>
          go(
            `/runs/${chosen[0]!.id}?with=${chosen
              .slice(1)
              .map(({ id }) => id)
              .join(",")}`,
          )
        }
      >
        Compare {chosen.length >= 2 ? chosen.length : "chosen"} runs
      </button>
      <button type="button" onClick={() => go(`/runs?samples=${ids}`)}>
        Their samples
      </button>
      {!EMBEDDED && <Keeping chosen={chosen} choose={choose} />}
    </div>
  );
}

/** Title, tags and note of one run. */
export function About({ run }: { run: Run }) {
  const form = useRef<HTMLFormElement>(null);
  const { version } = useDone();
  useEffect(() => form.current?.reset(), [run.title, run.note, run.tags.join(), version]);
  if (EMBEDDED) return null;
  const save = (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(form.current!);
    const text = (name: string) => String(given.get(name)).trim();
    void keep([run], "kept", () => ({ title: text("title"), note: text("note"), tags: tagsOf(text("tags")) }));
  };
  return (
    <details class="card">
      <summary>
        About this run{run.tags.length > 0 && `: ${run.tags.join(", ")}`}
        {run.note && ` – ${run.note.split("\n")[0]}`}
      </summary>
      {run.keeps ? (
        <form ref={form} class="form about" onSubmit={save}>
          <label class="field">
            Title
            <input name="title" maxLength={keepOfRun.title.maxLength} defaultValue={run.title ?? ""} />
          </label>
          <label class="field">
            Tags, with commas between
            <input name="tags" defaultValue={run.tags.join(", ")} />
          </label>
          <label class="field">
            Note
            <textarea name="note" rows={3} maxLength={keepOfRun.note.maxLength} defaultValue={run.note ?? ""} />
          </label>
          <div class="actions">
            <button class="primary">Keep</button>
          </div>
        </form>
      ) : (
        <p class="quiet">Its folder cannot be written: a title, tags and a note cannot be kept there.</p>
      )}
    </details>
  );
}
