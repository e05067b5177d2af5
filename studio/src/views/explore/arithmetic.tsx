// A - B + C, with what lies around the result.
import { arithmetic } from "limits";
import type { Model, ArithmeticImages } from "../../api/types";
import { networkOf } from "../../core/points";
import { changed, go } from "../../state/address";
import { OPERANDS } from "../../state/operands";
import { Grid } from "../../ui/grid";
import { Thumbnail, save } from "../../ui/images";
import { OperandBox, classOf, groupsOf, useAnswer, type Groups } from "./parts";

export const MAX_RADIUS = Math.min(1, arithmetic.radius.maximum); // beyond it nothing of the result is left
const NINE = 9; // the result among its perturbations
const MIDDLE = 4;

function Nine({ model, images }: { model: Model; images: ArithmeticImages["images"] | undefined }) {
  return (
    <Grid class="nine" label="The result and its perturbations">
      {Array.from({ length: NINE }, (_, i) => {
        const image = images?.[i];
        const name = i === MIDDLE ? "Save the result" : `Save perturbation ${i < MIDDLE ? i + 1 : i}`;
        return (
          <button
            key={i}
            type="button"
            class={i === MIDDLE ? "middle" : ""}
            aria-label={name}
            disabled={!image}
            onClick={() => save(image!, `${model.id}-result-${i}.png`)}
          >
            <Thumbnail model={model} image={image} size={64} />
          </button>
        );
      })}
    </Grid>
  );
}

function RadiusField({ radius }: { radius: number }) {
  return (
    <label class="field">
      Perturbations within ±{radius}
      <input
        type="range"
        min="0"
        max={MAX_RADIUS}
        step="0.05"
        value={radius}
        onInput={(event) => go(changed({ radius: event.currentTarget.value }), true)}
      />
    </label>
  );
}

export function Arithmetic({ model, groups, radius }: { model: Model; groups: Groups; radius: number }) {
  const full = OPERANDS.every((operand) => groups[operand].length > 0);
  const body = {
    ...groupsOf(groups, OPERANDS),
    radius,
    format: "json",
    class: groups.c[0]?.class ?? classOf(model),
    network: networkOf(OPERANDS.flatMap((operand) => groups[operand])),
  };
  const { value, wrong } = useAnswer<ArithmeticImages>(model, "arithmetic", full ? body : null);
  const means = { a: value?.mean_a, b: value?.mean_b, c: value?.mean_c };
  return (
    <section aria-labelledby="arithmetic-title">
      <h2 id="arithmetic-title">Arithmetic</h2>
      <div class="operands">
        {OPERANDS.map((operand) => (
          <OperandBox
            key={operand}
            operand={operand}
            model={model}
            points={groups[operand]}
            mean={full ? { image: means[operand] } : undefined}
          />
        ))}
        <section class="card operand" aria-label="Result">
          <h3>=</h3>
          {full && !wrong ? (
            <>
              <Nine model={model} images={value?.images} />
              <RadiusField radius={radius} />
            </>
          ) : (
            <p class="quiet">
              {wrong || "One image in each operand makes a result: what A has and B has not, added to C."}
            </p>
          )}
        </section>
      </div>
    </section>
  );
}
