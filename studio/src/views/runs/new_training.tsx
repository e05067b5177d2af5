// The form that starts a training: of a recipe by name, of a run's, or of a text, with changes.
import { startTraining } from "limits";
import { useEffect, useState } from "preact/hooks";
import { Problem, call } from "../../api/client";
import { useResource } from "../../api/resource";
import type { OutlinedRecipe, RecipeCheck, Training } from "../../api/types";
import { readDraft, type Draft, type Source } from "../../core/new_run";
import { changed, go } from "../../state/address";
import { Changes, Outline } from "./changes";
import { DataPreview, ImagesField } from "./data_preview";
import { EstimateButton } from "./estimate";
import type { Trainer } from "./training";

const { steps, set } = startTraining;
const PAUSE = 250; // milliseconds between the last key and the question
const EMPTY: Draft = { name: "", steps: "", seed: "", changes: [], toml: "", images: "" };
const TEXT = "text",
  LIKE = "like:",
  RECIPE = "recipe:";

interface FieldProps {
  name: "name" | "steps" | "seed";
  title: string;
  numeric?: boolean;
  text: string;
  wrong: string | undefined;
  onText: (text: string) => void;
}

function TextField({ name, title, numeric, text, wrong, onText }: FieldProps) {
  return (
    <div class="field">
      <label for={`new-${name}`}>{title}</label>
      <input
        id={`new-${name}`}
        class={numeric ? "number wide" : ""}
        inputMode={numeric ? "numeric" : "text"}
        autocomplete="off"
        value={text}
        onInput={(event) => onText(event.currentTarget.value)}
        aria-invalid={Boolean(wrong)}
        aria-describedby={`new-${name}-hint`}
      />
      <span id={`new-${name}-hint`} class={wrong ? "wrong" : "quiet"} role={wrong ? "alert" : undefined}>
        {wrong ?? "the recipe's unless given"}
      </span>
    </div>
  );
}

/** What is found out of a training before it starts. */
function Probes({ asked }: { asked: Record<string, unknown> }) {
  const { steps: _, seed: __, ...previewed } = asked; // how long one trains on the images does not matter
  return (
    <>
      {"images" in asked && <DataPreview body={previewed} />}
      <EstimateButton body={asked} />
    </>
  );
}

/** What the address says the recipe is. */
function sourceOf(query: URLSearchParams, recipes: Training["recipes"]): Source {
  const like = query.get("like");
  if (like) return { like };
  if (query.get(TEXT)) return TEXT;
  const wanted = query.get("recipe") ?? "shapes-hinge";
  return { recipe: (recipes.find(({ name }) => name === wanted) ?? recipes[0])!.name };
}

const valueOf = (source: Source): string =>
  source === TEXT ? TEXT : "like" in source ? LIKE + source.like : RECIPE + source.recipe;

function choose(value: string) {
  const recipe = value.startsWith(RECIPE) ? value.slice(RECIPE.length) : null;
  const like = value.startsWith(LIKE) ? value.slice(LIKE.length) : null;
  go(changed({ recipe, like, text: value === TEXT ? "1" : null }), true);
}

function Options({ recipes }: { recipes: Training["recipes"] }) {
  return (
    <>
      {recipes.map(({ name }) => (
        <option key={name} value={RECIPE + name}>
          {name}
        </option>
      ))}
    </>
  );
}

function RecipeField({ recipes, source }: { recipes: Training["recipes"]; source: Source }) {
  const [own, shipped] = [recipes.filter((one) => one.own), recipes.filter((one) => !one.own)];
  const named = typeof source === "object" && "recipe" in source ? source.recipe : null;
  return (
    <div class="field">
      <label for="new-recipe">Recipe</label>
      <select id="new-recipe" value={valueOf(source)} onChange={(event) => choose(event.currentTarget.value)}>
        {typeof source === "object" && "like" in source && (
          <option value={valueOf(source)}>as the run {source.like}</option>
        )}
        {own.length > 0 && (
          <optgroup label="Own">
            <Options recipes={own} />
          </optgroup>
        )}
        <optgroup label="Shipped">
          <Options recipes={shipped} />
        </optgroup>
        <option value={TEXT}>a text of one's own</option>
      </select>
      <span class="quiet">{recipes.find(({ name }) => name === named)?.title}</span>
    </div>
  );
}

/** What the server says of the request as it is typed: of the last one that could be sent. */
function useChecked(body: object | null): RecipeCheck | null {
  const [asked, ask] = useState("");
  const now = body ? JSON.stringify(body) : "";
  useEffect(() => {
    if (!now || now === asked) return;
    const timer = setTimeout(() => ask(now), asked ? PAUSE : 0);
    return () => clearTimeout(timer);
  }, [now, asked]);
  const { value, problem } = useResource(
    asked ? "check" : null,
    (signal) => call<RecipeCheck>("recipes/check", JSON.parse(asked), { signal }),
    { version: asked },
  );
  const said = problem instanceof Problem ? { [problem.field || "recipe"]: problem.message } : null;
  if (!said) return value;
  return { problems: Object.entries(said).map(([field, detail]) => ({ field, detail })), recipe: null };
}

function TextOfRecipe({
  text,
  wrong,
  onText,
}: {
  text: string;
  wrong: string | undefined;
  onText: (text: string) => void;
}) {
  return (
    <div class="field recipe-text">
      <label for="new-toml">Its text</label>
      <textarea
        id="new-toml"
        rows={16}
        spellcheck={false}
        value={text}
        onInput={(event) => onText(event.currentTarget.value)}
        aria-invalid={Boolean(wrong)}
        aria-describedby={wrong ? "new-toml-wrong" : undefined}
      />
      {wrong && (
        <span id="new-toml-wrong" class="wrong" role="alert">
          {wrong}
        </span>
      )}
    </div>
  );
}

/** The draft, what the server says of it, and what starts it. */
function useDraft(source: Source, act: Trainer["act"], open: boolean) {
  const [draft, setDraft] = useState(EMPTY);
  const [refused, refuse] = useState<Record<string, string>>({});
  const [said, say] = useState("");
  const { body, wrong } = readDraft(draft, source, steps);
  const { name: _, ...unnamed } = body;
  const check = useChecked(open && !Object.keys(wrong).length ? unnamed : null);
  const problems = Object.fromEntries((check?.problems ?? []).map(({ field, detail }) => [field, detail]));
  const change = (some: Partial<Draft>) => {
    setDraft((old) => ({ ...old, ...some }));
    refuse({});
    say("");
  };
  const start = async (event: SubmitEvent) => {
    event.preventDefault();
    refuse(wrong);
    say("");
    if (Object.keys(wrong).length) return;
    try {
      await act("runs", body);
      change({ name: "" }); // it is taken now
      say("Asked for: it is listed once it has its turn and has read its data.");
    } catch (error) {
      if (error instanceof Problem && error.field) refuse({ [error.field]: error.message });
      else say(error instanceof Error ? error.message : String(error));
    }
  };
  return {
    draft,
    change,
    wrong: { ...problems, ...refused },
    said,
    start,
    asked: unnamed,
    recipe: check?.recipe ?? null,
  };
}

function EditAsText({ recipe, edit }: { recipe: OutlinedRecipe; edit: (toml: string) => void }) {
  const press = () => {
    edit(recipe.toml);
    choose(TEXT);
  };
  return (
    <button type="button" onClick={press}>
      Edit as text
    </button>
  );
}

/** The form; where the recipe comes from is in the address. */
export function NewTraining({ trainer, query }: { trainer: Trainer; query: URLSearchParams }) {
  if (!trainer.training?.allowed) return null;
  return <Form trainer={trainer} training={trainer.training} query={query} />;
}

function Form({ trainer, training, query }: { trainer: Trainer; training: Training; query: URLSearchParams }) {
  const toggle = (now: boolean) => go(changed({ new: now ? "1" : null }), true);
  const open = query.get("new") === "1";
  const source = sourceOf(query, training.recipes);
  const { draft, change, wrong, said, start, asked, recipe } = useDraft(source, trainer.act, open);
  const problem = wrong["recipe"] ?? wrong["like"];
  const field = (name: FieldProps["name"], title: string, numeric = false) => (
    <TextField
      name={name}
      title={title}
      numeric={numeric}
      text={draft[name]}
      wrong={wrong[name]}
      onText={(text) => change({ [name]: text })}
    />
  );
  return (
    <details class="card" open={open} onToggle={(event) => toggle(event.currentTarget.open)}>
      <summary>New training</summary>
      <form class="form new-training" noValidate onSubmit={start}>
        <RecipeField recipes={training.recipes} source={source} />
        {field("name", "Name")}
        {field("steps", "Steps", true)}
        {field("seed", "Seed", true)}
        <ImagesField
          images={training.images}
          chosen={draft.images}
          wrong={wrong["images"]}
          choose={(images) => change({ images })}
        />
        {source === TEXT && (
          <TextOfRecipe text={draft.toml} wrong={wrong["toml"] ?? problem} onText={(toml) => change({ toml })} />
        )}
        <Changes
          changes={draft.changes}
          settings={recipe?.settings ?? {}}
          wrong={wrong}
          most={set.maxItems}
          set={(changes) => change({ changes })}
        />
        <div class="actions">
          <button class="primary">{training.current ? "Add to the queue" : "Start"}</button>
          {source !== TEXT && recipe && (
            <EditAsText recipe={recipe} edit={(toml) => change({ toml, changes: [], steps: "", seed: "" })} />
          )}
        </div>
      </form>
      {source !== TEXT && problem && (
        <p class="wrong" role="alert">
          {problem}
        </p>
      )}
      {recipe && <Outline recipe={recipe} />}
      {recipe && !Object.keys(wrong).length && <Probes asked={asked} />}
      <p role="status" class="quiet">
        {said}
      </p>
    </details>
  );
}
