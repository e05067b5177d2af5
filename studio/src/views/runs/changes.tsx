// Changes of a recipe, a line each, checked by the server as they are typed.
import { useRef } from "preact/hooks";
import { completions, fieldsOfChanges } from "../../core/new_run";
import { counted, grouped } from "../../core/numbers";
import type { OutlinedRecipe } from "../../api/types";

interface ChangesProps {
  changes: string[];
  settings: Record<string, string>; // of the recipe, by keys
  wrong: Record<string, string>; // by the server's fields
  most: number;
  set: (changes: string[]) => void;
}

export function Changes({ changes, settings, wrong, most, set }: ChangesProps) {
  const fields = fieldsOfChanges(changes);
  const added = useRef(false);
  const focusWhenAdded = (input: HTMLInputElement | null) => {
    if (input && added.current) {
      added.current = false;
      input.focus();
    }
  };
  return (
    <fieldset class="changes">
      <legend>Changes</legend>
      {changes.map((change, i) => {
        const problem = fields[i] ? wrong[fields[i]] : undefined;
        return (
          <div key={i} class="change">
            <span class="row">
              <input
                ref={i === changes.length - 1 ? focusWhenAdded : undefined}
                aria-label={`Change ${i + 1}`}
                list="recipe-keys"
                placeholder="train.batch_size=64"
                autocomplete="off"
                spellcheck={false}
                value={change}
                onInput={(event) => set(changes.map((old, at) => (at === i ? event.currentTarget.value : old)))}
                aria-invalid={Boolean(problem)}
                aria-describedby={problem ? `change-${i}-wrong` : undefined}
              />
              <button
                type="button"
                aria-label={`Take change ${i + 1} back`}
                onClick={() => set(changes.filter((_, at) => at !== i))}
              >
                ×
              </button>
            </span>
            {problem && (
              <p id={`change-${i}-wrong`} class="wrong" role="alert">
                {problem}
              </p>
            )}
          </div>
        );
      })}
      <datalist id="recipe-keys">
        {completions(settings).map((text) => (
          <option key={text} value={text} />
        ))}
      </datalist>
      <button
        type="button"
        disabled={changes.length >= most}
        onClick={() => {
          added.current = true;
          set([...changes, ""]);
        }}
      >
        Add a change
      </button>
    </fieldset>
  );
}

const shortened = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)} …` : text || "nothing");

/** What the recipe makes, and what differs in it. */
export function Outline({ recipe }: { recipe: OutlinedRecipe }) {
  const { image, networks, batch_size, steps, epochs, changes, data } = recipe;
  return (
    <div class="outline quiet" role="status">
      <p>
        {image.width}×{image.height} {image.channels === 1 ? "grey" : "RGB"} of {data};{" "}
        {steps !== null ? counted(steps, "step") : counted(epochs ?? 0, "epoch")} of {counted(batch_size, "image")};{" "}
        {networks.map(({ name, parameters }) => `${name} ${grouped(parameters)} parameters`).join(", ")}
      </p>
      {changes.length > 0 && (
        <ul>
          {changes.map(({ key, before, now }) => (
            <li key={key}>
              <code>{key}</code> {shortened(before)} → <strong>{shortened(now)}</strong>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
