// Named directions as sliders: all of them together move the four images that are blended below.
import { useState } from "preact/hooks";
import { useResource } from "../../api/resource";
import type { Generated, Model } from "../../api/types";
import { grouped } from "../../core/numbers";
import { textOf, type Point } from "../../core/points";
import { MAX_NAME, MAX_STRENGTH, isKept, slidersOf, textOfSliders, type Slider } from "../../core/sliders";
import { EMBEDDED, changed, go } from "../../state/address";
import { vectorOf } from "../../state/directions";
import { forgetDirection, keepDirection, useKeptOf, type KeptDirection } from "../../state/kept_of_model";
import { Action } from "../../ui/action";
import { Thumbnail } from "../../ui/images";
import { useAnswer, type Groups } from "./parts";

const SIZE = 128; // pixels that a moved image is shown at, about

const times = (strength: number): string => `${strength > 0 ? "+" : strength < 0 ? "−" : ""}${Math.abs(strength)}`;

/** A name for the direction of the two groups, which keeps it. */
export function KeepDirection({ model, groups }: { model: Model; groups: Groups }) {
  const [name, setName] = useState("");
  const [said, setSaid] = useState("");
  const { directions } = useKeptOf(model.id);
  const keep = async (event: Event) => {
    event.preventDefault();
    const direction = { model: model.id, step: model.step, with: groups.with, without: groups.without };
    const known = name.trim();
    setSaid(known ? await keepDirection({ ...direction, name: known }, directions) : "Give it a name first.");
  };
  if (EMBEDDED) return null;
  return (
    <form class="row" noValidate onSubmit={keep}>
      <label for="direction-name">Name</label>
      <input
        id="direction-name"
        autocomplete="off"
        maxLength={MAX_NAME}
        value={name}
        onInput={(event) => setName(event.currentTarget.value)}
      />
      <button>Keep as a slider</button>
      <span role="status" class="quiet">
        {said}
      </span>
    </form>
  );
}

interface SliderRowProps {
  model: Model;
  slider: Slider;
  kept: KeptDirection | undefined; // exactly this one
  move: (strength: number) => void;
  drop: () => Promise<void>;
}

function SliderRow({ model, slider, kept, move, drop }: SliderRowProps) {
  const { name, strength } = slider;
  const [said, setSaid] = useState("");
  const keep = async () => setSaid(await keepDirection({ ...slider, model: model.id, step: model.step }, []));
  return (
    <li class="row">
      <label>
        <span>{name}</span>
        <input
          type="range"
          min={-MAX_STRENGTH}
          max={MAX_STRENGTH}
          step="0.1"
          value={strength}
          aria-valuetext={`${times(strength)} times`}
          onInput={(event) => move(Number(event.currentTarget.value))}
        />
        <output>{times(strength)}</output>
      </label>
      <button type="button" disabled={strength === 0} aria-label={`Reset ${name}`} onClick={() => move(0)}>
        Reset
      </button>
      {!kept && !EMBEDDED && (
        <button type="button" aria-label={`Keep ${name}`} onClick={keep}>
          Keep
        </button>
      )}
      {!kept && said && <span class="quiet">{said}</span>}
      {!EMBEDDED && <Action text="×" label={`Forget ${name}`} ask={drop} />}
      {kept && kept.step !== model.step && (
        <span class="quiet">
          kept at step {grouped(kept.step)}; the model is at {grouped(model.step)} now
        </span>
      )}
    </li>
  );
}

const groupsText = (slider: Slider): string => `${textOf(slider.with)} ${textOf(slider.without)}`;

/** Vectors by the groups that make them: those that are known stay while another is asked for. */
function useVectors(model: Model, sliders: Slider[]): { known: Map<string, number[]>; wrong: string } {
  const ask = async (signal: AbortSignal) =>
    new Map(
      await Promise.all(
        sliders.map(async (slider) => [groupsText(slider), await vectorOf(model, slider, signal)] as const),
      ),
    );
  const { value, problem } = useResource(sliders.length ? `${model.id} vectors` : null, ask, {
    version: [model.step, ...sliders.map(groupsText)].join(";"),
  });
  return { known: value ?? new Map<string, number[]>(), wrong: problem?.message ?? "" };
}

/** The images, each moved along all the directions; as they are where none is moved. */
function useMoved(model: Model, sliders: Slider[], images: Point[]) {
  const vectors = useVectors(model, sliders);
  const moved = sliders.filter(({ strength }) => strength !== 0);
  const directions = moved.map((slider) => vectors.known.get(groupsText(slider)) ?? []);
  const ready = directions.every((vector) => vector.length > 0);
  const moves = moved.length ? { directions, strengths: moved.map(({ strength }) => strength) } : {};
  const wanted = sliders.length > 0 && ready;
  const { value, wrong } = useAnswer<Generated>(
    model,
    "generate",
    wanted ? { points: images, ...moves, format: "json" } : null,
  );
  return { images: value?.images, wrong: vectors.wrong || wrong };
}

export function Sliders({ model, images, text }: { model: Model; images: Point[]; text: string | null }) {
  const kept = useKeptOf(model.id).directions;
  const sliders = slidersOf(text, kept);
  const moved = useMoved(model, sliders, images);
  if (!sliders.length) return null;
  const set = (next: Slider[]) => go(changed({ sliders: textOfSliders(next, kept) || null }), true);
  const move = (name: string) => (strength: number) =>
    set(sliders.map((slider) => (slider.name === name ? { ...slider, strength } : slider)));
  const drop = (name: string) => async () => {
    if (kept.some((one) => one.name === name)) await forgetDirection({ model: model.id, name });
    // Others may have been moved meanwhile.
    const now = slidersOf(new URLSearchParams(location.search).get("sliders"), kept);
    set(now.filter((slider) => slider.name !== name));
  };
  return (
    <section class="card" aria-labelledby="sliders-title">
      <h2 id="sliders-title">Directions as sliders</h2>
      <div class="strip moved">
        {images.map((_, i) => (
          <Thumbnail key={i} model={model} image={moved.images?.[i]} size={SIZE} alt={`image ${i + 1}, moved`} />
        ))}
      </div>
      <ul class="sliders">
        {sliders.map((slider) => (
          <SliderRow
            key={slider.name}
            model={model}
            slider={slider}
            kept={isKept(slider, kept) ? kept.find(({ name }) => name === slider.name) : undefined}
            move={move(slider.name)}
            drop={drop(slider.name)}
          />
        ))}
      </ul>
      {moved.wrong && <p class="wrong">{moved.wrong}</p>}
      <p class="row">
        <button
          type="button"
          disabled={sliders.every(({ strength }) => strength === 0)}
          onClick={() => set(sliders.map((slider) => ({ ...slider, strength: 0 })))}
        >
          Reset all
        </button>
        <span class="quiet">They move the four images that are blended below, all together.</span>
      </p>
    </section>
  );
}
