// The form of the report: how many noises, of which seed, class and truncation.
import * as limits from "limits";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { changed, go } from "../../state/address";
import type { Model } from "../../api/types";
import { USUAL_COUNT, MAX_COUNT, type GeneratedImages, type Noise, type Wrong } from "./noise";
import { anySeed, seedOf, wholeNumber } from "../../core/numbers";
import { NumberField, SeedField } from "../../ui/number_field";

function ClassField({ model, query }: { model: Model; query: URLSearchParams }) {
  if (!model.classes.length) return null;
  return (
    <div class="field">
      <label for="class">Class</label>
      <select
        id="class"
        value={query.get("class") ?? ""}
        onChange={(event) => go(changed({ class: event.currentTarget.value || null }))}
      >
        <option value="">all in turn</option>
        {model.classes.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </div>
  );
}

const { minimum, maximum } = limits.generate.truncation;
const NO_TRUNCATION = String(Math.min(3, maximum)); // normal noise hardly ever goes beyond it

function TruncationField({ query }: { query: URLSearchParams }) {
  const truncation = query.get("truncation");
  return (
    <div class="field">
      <label for="truncation">Truncation {truncation ? truncation : "off"}</label>
      <input
        id="truncation"
        type="range"
        min={Math.max(0.1, minimum)}
        max={NO_TRUNCATION}
        step="0.1"
        value={truncation ?? NO_TRUNCATION}
        aria-describedby="truncation-hint"
        onInput={(event) =>
          go(
            changed({ truncation: event.currentTarget.value === NO_TRUNCATION ? null : event.currentTarget.value }),
            true,
          )
        }
      />
      <span id="truncation-hint" class="quiet">
        less: more alike, often better
      </span>
    </div>
  );
}

function CountField({ noise, more, children }: { noise: Noise | null; more: boolean; children: ComponentChildren }) {
  const fewer: Record<string, string> = noise && noise.count > USUAL_COUNT ? { count: String(USUAL_COUNT) } : {};
  return (
    <div class="field">
      {children}
      <label class="check">
        <input
          type="checkbox"
          checked={more}
          onChange={(event) => go(changed({ more: event.currentTarget.checked ? "1" : null, ...fewer }), true)}
        />
        more, up to {MAX_COUNT}
      </label>
    </div>
  );
}

interface NoiseFormProps {
  model: Model;
  query: URLSearchParams;
  noise: Noise | null;
  generated: GeneratedImages;
}

/** Goes to the address that asks for what the form says; tells what is wrong with it instead where something is. */
export function NoiseForm({ model, query, noise, generated }: NoiseFormProps) {
  const more = query.get("more") === "1" || (noise !== null && noise.count > USUAL_COUNT);
  const max = more ? MAX_COUNT : USUAL_COUNT;
  const [text, setText] = useState(query.get("count") ?? String(USUAL_COUNT));
  const [seedText, setSeedText] = useState(query.get("seed") ?? String(anySeed()));
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!noise) return;
    setText(String(noise.count));
    setSeedText(String(noise.seed));
  }, [query.get("count"), query.get("seed")]);

  const ask = (show: "untrained" | "both") => {
    const count = wholeNumber(text, 1, max);
    const seed = seedOf(seedText);
    const found: Wrong = {};
    if ("wrong" in count) found["count"] = count.wrong;
    if ("wrong" in seed) found["seed"] = seed.wrong;
    generated.setWrong(Object.keys(found).length ? found : null);
    if ("value" in count && "value" in seed)
      return go(changed({ count: String(count.value), seed: String(seed.value), show, open: null }));
    if ("wrong" in count) field.current?.focus();
  };
  const roll = () => {
    const seed = String(anySeed());
    setSeedText(seed);
    if (noise && query.get("show")) go(changed({ seed }));
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    ask((event.submitter as HTMLButtonElement | null)?.value === "predict" ? "both" : "untrained");
  };
  const { wrong } = generated;
  return (
    <form class="card form" noValidate onSubmit={submit}>
      <CountField noise={noise} more={more}>
        <NumberField
          id="count"
          label="How many?"
          text={text}
          wrong={wrong["count"]}
          focus={field}
          hint={`1 to ${max}`}
          onText={setText}
        />
      </CountField>
      <SeedField text={seedText} wrong={wrong["seed"]} onText={setSeedText} roll={roll} />
      <ClassField model={model} query={query} />
      <TruncationField query={query} />
      <div class="actions">
        <button value="submit">Submit</button>
        <button value="predict" class="primary">
          Predict
        </button>
      </div>
    </form>
  );
}
