// Images to choose from, and how they get into the operands: by mouse, keyboard or touch.
import { useState } from "preact/hooks";
import type { Model } from "../../api/types";
import { anySeed } from "../../core/numbers";
import { samePoint, textOf, textOfPoint, type Point } from "../../core/points";
import { changed, go } from "../../state/address";
import {
  DIRECTION_OPERANDS,
  OPERANDS,
  OPERAND_KEYS,
  OPERAND_TITLES,
  toOperand,
  type Operand,
} from "../../state/operands";
import { Grid } from "../../ui/grid";
import { Thumbnail } from "../../ui/images";
import { POINT_TYPE, classOf, useImagesOf, type Groups } from "./parts";

const PALETTE = 16;
const CORNERS = 4;
const FULL = 3; // exemplars that average out what is each one's own
const ALL = [...OPERANDS, ...DIRECTION_OPERANDS] as const;
const BADGES: Record<Operand, string> = { a: "A", b: "B", c: "C", with: "+", without: "−" };

/** Where an image goes that is clicked or touched. */
function Target({ target, choose }: { target: Operand | null; choose: (operand: Operand | null) => void }) {
  return (
    <fieldset class="row targets">
      <legend>Send an image to</legend>
      {[null, ...ALL].map((operand) => (
        <label key={operand} class="target">
          <input type="radio" name="target" checked={target === operand} onChange={() => choose(operand)} />
          {operand === null ? "A, B, C in turn" : OPERAND_TITLES[operand]}
        </label>
      ))}
    </fieldset>
  );
}

function ClassChoice({ model }: { model: Model }) {
  return (
    <p class="row">
      <label for="class">Class</label>
      <select id="class" value={classOf(model)} onChange={(event) => go(changed({ class: event.currentTarget.value }))}>
        {model.classes.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </p>
  );
}

/** Other images to choose from, and others in the operands and corners. */
function Other({ seed, corners, pointOf }: Pick<PaletteProps, "seed" | "corners" | "pointOf">) {
  const first = Array.from({ length: CORNERS }, (_, index) => pointOf(index));
  return (
    <p class="row">
      <span class="quiet">Seed {seed}</span>
      <button type="button" onClick={() => go(changed({ seed: String(anySeed()), corners: textOf(corners) }))}>
        Other images
      </button>
      <button type="button" onClick={() => go(changed(Object.fromEntries(ALL.map((operand) => [operand, null]))))}>
        Empty the operands
      </button>
      <button type="button" onClick={() => go(changed({ corners: textOf(first), pad: null }))}>
        Blend the first four
      </button>
    </p>
  );
}

interface PaletteProps {
  model: Model;
  groups: Groups;
  seed: number;
  pointOf: (index: number) => Point;
  corners: Point[];
}

export function Palette({ model, groups, seed, pointOf, corners }: PaletteProps) {
  const [target, setTarget] = useState<Operand | null>(null);
  const points = Array.from({ length: PALETTE }, (_, index) => pointOf(index));
  const images = useImagesOf(model, points);
  const onKey = (event: KeyboardEvent, point: Point) => {
    const operand = OPERAND_KEYS[event.key];
    if (!operand || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    toOperand(operand, point, null);
  };
  const send = (point: Point) =>
    toOperand(target ?? OPERANDS.find((operand) => groups[operand].length < FULL) ?? "c", point, null);
  return (
    <section class="card" aria-labelledby="palette-title">
      <h2 id="palette-title">Images</h2>
      <p class="quiet">
        Click or touch one to send it where is said below, drag it into an operand, or focus one (arrow keys go on) and
        press <kbd>a</kbd>, <kbd>m</kbd> (minus) or <kbd>p</kbd> (plus) for arithmetic, <kbd>w</kbd> (with) or{" "}
        <kbd>o</kbd> (without) for a direction.
      </p>
      {model.classes.length > 0 && <ClassChoice model={model} />}
      <Target target={target} choose={setTarget} />
      <Grid class="palette" label="Images to choose from">
        {points.map((point, index) => {
          const inOperands = ALL.filter((operand) => groups[operand].some((other) => samePoint(other, point)));
          const titles = inOperands.map((operand) => OPERAND_TITLES[operand]).join(" and ");
          return (
            <button
              key={index}
              type="button"
              draggable
              aria-label={`Image ${index + 1}${inOperands.length ? `, in ${titles}` : ""}`}
              onDragStart={(event) => event.dataTransfer?.setData(POINT_TYPE, textOfPoint(point))}
              onKeyDown={(event) => onKey(event, point)}
              onClick={() => send(point)}
            >
              <Thumbnail model={model} image={images?.[index]} size={64} />
              {inOperands.length > 0 && (
                <span class="badge">{inOperands.map((operand) => BADGES[operand]).join("")}</span>
              )}
            </button>
          );
        })}
      </Grid>
      <Other seed={seed} corners={corners} pointOf={pointOf} />
    </section>
  );
}
