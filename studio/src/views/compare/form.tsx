// Which models are compared, and on which noise.
import { useEffect, useState } from "preact/hooks";
import type { Model } from "../../api/types";
import { MAX_MODELS, textOfBeside, type Beside } from "../../core/beside";
import { anySeed, seedOf, wholeNumber } from "../../core/numbers";
import { newVote } from "../../core/votes";
import { changed, go } from "../../state/address";
import { NumberField, SeedField } from "../../ui/number_field";
import { MAX_COUNT, NOTHING_OF_OTHERS, type Compared } from "./compared";

export const LETTERS = ["A", "B", "C", "D"] as const;

const ask = (query: Record<string, string | null>) => go(changed({ ...query, ...NOTHING_OF_OTHERS }));

interface ModelFieldProps {
  letter: string;
  chosen: string;
  models: Model[];
  taken: string[]; // by the other fields
  choose: (id: string) => void;
  remove: (() => void) | null; // nothing where two are left
}

function ModelField({ letter, chosen, models, taken, choose, remove }: ModelFieldProps) {
  const id = `model-${letter}`;
  return (
    <div class="field">
      <label for={id}>{letter}</label>
      <span class="row">
        <select id={id} value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
          {!models.some((model) => model.id === chosen) && <option value={chosen}>{chosen} (gone)</option>}
          {models.map((model) => (
            <option key={model.id} disabled={taken.includes(model.id)}>
              {model.id}
            </option>
          ))}
        </select>
        {remove && (
          <button type="button" aria-label={`Without ${letter}`} title={`Without ${letter}`} onClick={remove}>
            ×
          </button>
        )}
      </span>
    </div>
  );
}

function ModelFields({ all, compared }: { all: Model[]; compared: Compared }) {
  const { beside } = compared;
  const ids = [compared.models[0]!.id, ...beside.map(({ id }) => id)];
  const free = all.find(({ id }) => !ids.includes(id));
  const set = (next: Beside[]) => ask({ beside: textOfBeside(next) });
  const choose = (i: number) => (id: string) =>
    i === 0
      ? ask({ model: id, step: null })
      : set(beside.map((one, place) => (place === i - 1 ? { id, step: null } : one)));
  return (
    <div class="row models">
      {ids.map((id, i) => (
        <ModelField
          key={LETTERS[i]}
          letter={LETTERS[i]!}
          chosen={id}
          models={all}
          taken={ids.filter((other) => other !== id)}
          choose={choose(i)}
          remove={i > 0 && ids.length > 2 ? () => set(beside.filter((_, place) => place !== i - 1)) : null}
        />
      ))}
      {free && ids.length < MAX_MODELS && (
        <button type="button" onClick={() => set([...beside, { id: free.id, step: null }])}>
          Add a model
        </button>
      )}
    </div>
  );
}

function ClassField({ compared }: { compared: Compared }) {
  if (!compared.classes.length) return null;
  return (
    <div class="field">
      <label for="class">Class</label>
      <select id="class" value={compared.class} onChange={(event) => ask({ class: event.currentTarget.value || null })}>
        <option value="">all in turn</option>
        {compared.classes.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </div>
  );
}

export function CompareForm({ all, compared }: { all: Model[]; compared: Compared }) {
  const [count, setCount] = useState(String(compared.count));
  const [seed, setSeed] = useState(String(compared.seed));
  const [wrong, setWrong] = useState<{ count?: string; seed?: string }>({});
  useEffect(() => {
    setCount(String(compared.count));
    setSeed(String(compared.seed));
    setWrong({});
  }, [compared.count, compared.seed]);
  const show = (event: Event) => {
    event.preventDefault();
    const [rows, noise] = [wholeNumber(count, 1, MAX_COUNT), seedOf(seed)];
    setWrong({ ...("wrong" in rows && { count: rows.wrong }), ...("wrong" in noise && { seed: noise.wrong }) });
    if ("value" in rows && "value" in noise) ask({ count: String(rows.value), seed: String(noise.value) });
  };
  const vote = () => go(changed({ ...NOTHING_OF_OTHERS, vote: newVote(anySeed().toString(36), compared.images) }));
  return (
    <form class="card form" noValidate onSubmit={show}>
      <ModelFields all={all} compared={compared} />
      <div class="field">
        <NumberField
          id="count"
          label="How many?"
          text={count}
          wrong={wrong.count}
          hint={`1 to ${MAX_COUNT}`}
          onText={setCount}
        />
      </div>
      <SeedField text={seed} wrong={wrong.seed} onText={setSeed} roll={() => ask({ seed: String(anySeed()) })} />
      <ClassField compared={compared} />
      <div class="actions">
        <button>Show</button>
        <button type="button" class="primary" disabled={compared.models.length < 2} onClick={vote}>
          Vote blind
        </button>
      </div>
    </form>
  );
}
