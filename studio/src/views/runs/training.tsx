// Starting, stopping and resuming trainings, where the server was started with --allow-training.
import { startTraining } from "limits";
import { useState } from "preact/hooks";
import { changed, go } from "../../state/address";
import { Problem, call } from "../../api/client";
import { useResource } from "../../api/resource";
import type { Run, Training } from "../../api/types";
import { Link } from "../../ui/common";
import { seedOf, wholeNumber } from "../../core/numbers";
import { nounOf, participleOf } from "../../core/run_operations";

const { steps } = startTraining;
const LOOK = 2000; // milliseconds

/** What the server trains; `act` asks it for something and looks again. */
export interface Trainer {
  training: Training | null;
  act: (path: string, body?: object) => Promise<void>;
}

export function useTraining(): Trainer {
  const [asked, setAsked] = useState(0);
  const [allowed, setAllowed] = useState(false);
  // Where none may be started, none ever may while this server runs.
  const { value: training } = useResource("training", (signal) => call<Training>("training", undefined, { signal }), {
    version: asked,
    every: allowed ? LOOK : 0,
  });
  if (training?.allowed && !allowed) setAllowed(true);
  const act = async (path: string, body: object = {}) => {
    try {
      await call(path, body);
    } finally {
      setAsked((count) => count + 1);
    }
  };
  return { training, act };
}

/** A button that asks for something once, and says what is wrong with it. */
function Action({ text, ask, disabled }: { text: string; ask: () => Promise<void>; disabled?: boolean }) {
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const press = () => {
    setBusy(true);
    setWrong("");
    ask().then(
      () => setBusy(false),
      (error: Error) => (setBusy(false), setWrong(error.message)),
    );
  };
  return (
    <>
      <button type="button" onClick={press} disabled={busy || disabled}>
        {text}
      </button>
      {wrong && (
        <span class="wrong" role="alert">
          {wrong}
        </span>
      )}
    </>
  );
}

function StopButton({ id, trainer }: { id: string; trainer: Trainer }) {
  const { stopping, operation } = trainer.training?.current ?? {};
  return (
    <Action
      text={!stopping ? `Stop ${id}` : operation === "train" ? "Saving and stopping …" : "Stopping …"}
      ask={() => trainer.act(`runs/${id}/stop`)}
      disabled={stopping}
    />
  );
}

/** What is being trained from here, and why the last training failed. */
export function TrainingNotices({ trainer }: { trainer: Trainer }) {
  const { current, failed } = trainer.training ?? {};
  return (
    <>
      {current && (
        <div class="notice row" role="status">
          <span>
            <Link to={`/runs/${current.id}`}>{current.id}</Link> is being{" "}
            {participleOf(current.operation)}.
          </span>
          <StopButton id={current.id} trainer={trainer} />
        </div>
      )}
      {failed && (
        <p class="notice" role="alert">
          The {nounOf(failed.operation)} of {failed.id} failed: {failed.detail}
        </p>
      )}
    </>
  );
}

/** Stop or resume, whichever a run's state allows. */
export function RunControls({ run, trainer }: { run: Run; trainer: Trainer }) {
  const { training, act } = trainer;
  if (!training?.allowed) return null;
  const own = training.current?.id === run.id;
  const failed = training.failed?.id === run.id ? training.failed : null;
  const ended = run.state === "stopped" || run.state === "failed" || run.state === "lost";
  const { resumable } = run;
  if (!own && !failed && !ended) return null;
  return (
    <p class="row">
      {own && <StopButton id={run.id} trainer={trainer} />}
      {!own && resumable && (
        <Action
          text={`Resume ${run.id}`}
          ask={() => act(`runs/${run.id}/resume`)}
          disabled={training.current !== null}
        />
      )}
      {!own && resumable && training.current && (
        <span class="quiet">
            {training.current.id} is being {participleOf(training.current.operation)}; one runs at a time.
          </span>
      )}
      {!own && ended && !resumable && <span class="quiet">It has no checkpoint to go on from: train it anew.</span>}
      {failed && (
        <span class="wrong" role="alert">
          It failed: {failed.detail}
        </span>
      )}
    </p>
  );
}

interface FieldProps {
  name: string;
  title: string;
  hint: string;
  numeric?: boolean;
  wrong: string | undefined;
}

function TextField({ name, title, hint, numeric, wrong }: FieldProps) {
  return (
    <div class="field">
      <label for={`new-${name}`}>{title}</label>
      <input
        id={`new-${name}`}
        name={name}
        class={numeric ? "number wide" : ""}
        inputMode={numeric ? "numeric" : "text"}
        autocomplete="off"
        aria-invalid={Boolean(wrong)}
        aria-describedby={`new-${name}-hint`}
      />
      <span id={`new-${name}-hint`} class={wrong ? "wrong" : "quiet"} role={wrong ? "alert" : undefined}>
        {wrong ?? hint}
      </span>
    </div>
  );
}

/** What the form says, as the server is asked for it, and what is wrong with it, by fields. */
function readForm(form: HTMLFormElement, recipe: string) {
  const given = new FormData(form);
  const body: Record<string, string | number> = { recipe };
  const found: Record<string, string> = {};
  const name = String(given.get("name")).trim();
  if (name) body["name"] = name;
  for (const [field, read] of [
    ["steps", (text: string) => wholeNumber(text, steps.minimum, steps.maximum)],
    ["seed", seedOf],
  ] as const) {
    const text = String(given.get(field)).trim();
    if (!text) continue;
    const number = read(text);
    if ("wrong" in number) found[field] = number.wrong;
    else body[field] = number.value;
  }
  return { body, found };
}

function RecipeField({
  recipes,
  recipe,
}: {
  recipes: Training["recipes"];
  recipe: Training["recipes"][number] | undefined;
}) {
  return (
    <div class="field">
      <label for="new-recipe">Recipe</label>
      <select
        id="new-recipe"
        value={recipe?.name}
        onChange={(event) => go(changed({ recipe: event.currentTarget.value }), true)}
      >
        {recipes.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <span class="quiet">{recipe?.title}</span>
    </div>
  );
}

/** The form that starts a training; the chosen recipe is in the address. */
export function NewTraining({ trainer, query }: { trainer: Trainer; query: URLSearchParams }) {
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const [said, say] = useState("");
  const { training, act } = trainer;
  if (!training?.allowed) return null;
  const recipe =
    training.recipes.find(({ name }) => name === (query.get("recipe") ?? "shapes-hinge")) ?? training.recipes[0];
  const start = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const { body, found } = readForm(form, recipe!.name);
    setWrong(found);
    say("");
    if (Object.keys(found).length) return;
    try {
      await act("runs", body);
      (form.elements.namedItem("name") as HTMLInputElement).value = ""; // it is taken now
      say("It starts, and is listed once it has read its data.");
    } catch (error) {
      if (error instanceof Problem && error.field) setWrong({ [error.field]: error.message });
      else say(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <details
      class="card"
      open={query.get("new") === "1"}
      onToggle={(event) => go(changed({ new: event.currentTarget.open ? "1" : null }), true)}
    >
      <summary>New training</summary>
      <form class="form new-training" noValidate onSubmit={start}>
        <RecipeField recipes={training.recipes} recipe={recipe} />
        <TextField name="name" title="Name" hint="the recipe's unless given" wrong={wrong["name"]} />
        <TextField name="steps" title="Steps" hint="the recipe's unless given" numeric wrong={wrong["steps"]} />
        <TextField name="seed" title="Seed" hint="the recipe's unless given" numeric wrong={wrong["seed"]} />
        <div class="actions">
          <button class="primary" disabled={training.current !== null}>
            Start
          </button>
        </div>
      </form>
      <p role="status" class="quiet">
        {training.current ? "One training runs at a time." : said}
      </p>
    </details>
  );
}
