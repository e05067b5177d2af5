// A direction from two groups of images, applied to others.
import { direction } from "limits";
import type { Generated, Model } from "../../api/types";
import { networkOf, type Point } from "../../core/points";
import { changed, go } from "../../state/address";
import { DIRECTION_OPERANDS } from "../../state/operands";
import { Thumbnail } from "../../ui/images";
import { OperandBox, classOf, groupsOf, useAnswer, type Groups } from "./parts";
import { KeepDirection } from "./sliders";

const STEPS = direction.frames.default; // of an image along a direction: from minus to plus, itself in the middle
export const MAX_STRENGTH = Math.min(3, direction.strength.maximum); // farther out images fall apart

interface StepsProps {
  model: Model;
  count: number; // images that the direction is added to
  images: Generated["images"] | undefined;
}

function Steps({ model, count, images }: StepsProps) {
  return (
    <div class="steps" style={{ gridTemplateColumns: `repeat(${STEPS}, minmax(0, auto))` }}>
      {Array.from({ length: count }, (_, row) =>
        Array.from({ length: STEPS }, (_, step) => (
          <Thumbnail
            key={`${row}:${step}`}
            model={model}
            image={images?.[row * STEPS + step]}
            alt={`image ${row + 1}, step ${step - (STEPS - 1) / 2}`}
          />
        )),
      )}
    </div>
  );
}

function StrengthField({ strength }: { strength: number }) {
  return (
    <label class="field">
      From −{strength} to {strength} times the direction
      <input
        type="range"
        min="0"
        max={MAX_STRENGTH}
        step="0.1"
        value={strength}
        onInput={(event) => go(changed({ strength: event.currentTarget.value }), true)}
      />
    </label>
  );
}

interface DirectionProps {
  model: Model;
  groups: Groups;
  images: Point[];
  strength: number;
}

/** What tells two groups apart, added to other images. */
export function Direction({ model, groups, images, strength }: DirectionProps) {
  const full = DIRECTION_OPERANDS.every((operand) => groups[operand].length > 0);
  const body = {
    ...groupsOf(groups, DIRECTION_OPERANDS),
    apply: images,
    strength,
    frames: STEPS,
    format: "json",
    class: classOf(model),
    network: networkOf(images),
  };
  const generated = useAnswer<Generated>(model, "direction", full ? body : null);
  return (
    <section aria-labelledby="direction-title">
      <h2 id="direction-title">A direction</h2>
      <div class="direction-operands">
        {DIRECTION_OPERANDS.map((operand) => (
          <OperandBox key={operand} operand={operand} model={model} points={groups[operand]} />
        ))}
        <section class="card operand" aria-label="Along the direction">
          <h3>applied</h3>
          {full ? (
            <>
              <Steps model={model} count={images.length} images={generated.value?.images} />
              <StrengthField strength={strength} />
              <KeepDirection model={model} groups={groups} />
              {generated.wrong && <p class="wrong">{generated.wrong}</p>}
            </>
          ) : (
            <p class="quiet">
              Images with something and images without it make a direction: it is taken from and added to the four
              images that are blended below.
            </p>
          )}
        </section>
      </div>
    </section>
  );
}
