// Changes of a recipe, a line each, checked by the server as they are typed.
import { useRef } from "preact/hooks";
import { completions, fieldsOfChanges } from "../../core/new_run";
import { counted } from "../../core/numbers";
import type { OutlinedRecipe } from "../../api/types";

interface LineProps {
  number: number;
  text: string;
  wrong: string | undefined;
  focus: ((input: HTMLInputElement | null) => void) | undefined;
  onText: (text: string) => void;
  remove: () => void;
}

function Line({ number, text, wrong, focus, onText, remove }: LineProps) {
  return (
    <div class="change">
      <span class="row">
        <input
          ref={focus}
          aria-label={`Change ${number}`}
          list="recipe-keys"
          placeholder="train.batch_size=64"
          autocomplete="off"
          spellcheck={false}
          value={text}
          onInput={(event) => onText(event.currentTarget.value)}
          aria-invalid={Boolean(wrong)}
          aria-describedby={wrong ? `change-${number}-wrong` : undefined}
        />
        <button type="button" aria-label={`Take change ${number} back`} onClick={remove}>
          ×
        </button>
      </span>
      {wrong && (
        <p id={`change-${number}-wrong`} class="wrong" role="alert">
          {wrong}
        </p>
      )}
    </div>
  );
}

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
  const add = () => {
    added.current = true;
    set([...changes, ""]);
  };
  return (
    <fieldset class="changes">
      <legend>Changes</legend>
      {changes.map((change, i) => (
        <Line
          key={i}
          number={i + 1}
          text={change}
          wrong={fields[i] ? wrong[fields[i]] : undefined}
          focus={i === changes.length - 1 ? focusWhenAdded : undefined}
          onText={(text) => set(changes.map((old, at) => (at === i ? text : old)))}
          remove={() => set(changes.filter((_, at) => at !== i))}
        />
      ))}
      <datalist id="recipe-keys">
        {completions(settings).map((text) => (
          <option key={text} value={text} />
        ))}
      </datalist>
      <button type="button" disabled={changes.length >= most} onClick={add}>
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
        {steps !== null ? counted(steps, "step") : counted(epochs ?? 0, "epoch")} of {counted(batch_size, "image")};
        {networks.map(({ name, parameters }) => ` ${name} ${counted(parameters, "parameter")}`).join(",")}
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
