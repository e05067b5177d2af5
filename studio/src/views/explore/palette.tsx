// Images to choose from, and how they get into the operands: by mouse, keyboard or touch.
import { useState } from "preact/hooks";
import type { Model } from "../../api/types";
import { anySeed } from "../../core/numbers";
import { describePoint, pointFor, samePoint, textOf, textOfPoint, type Point } from "../../core/points";
import { changed, go } from "../../state/address";
import { useKeptOf } from "../../state/kept_of_model";
import {
  CORNERS,
  CORNER_NAMES,
  CORNER_TITLES,
  DIRECTION_OPERANDS,
  OPERANDS,
  OPERAND_KEYS,
  OPERAND_TITLES,
  cornerOf,
  toCorner,
  toOperand,
  type Operand,
} from "../../state/operands";
import { Grid } from "../../ui/grid";
import { Thumbnail } from "../../ui/images";
import { POINT_TYPE, classOf, useImagesOf, type Groups } from "./parts";

const PALETTE = 16;
const MAX_MARKED = 32; // of the marked ones
const FULL = 3; // exemplars that average out what is each one's own
const ALL = [...OPERANDS, ...DIRECTION_OPERANDS] as const;
const BADGES: Record<Operand, string> = { a: "A", b: "B", c: "C", with: "+", without: "−" };

type Sent = Operand | number; // or a corner

/** Where an image goes that is clicked or touched. */
function Target({ target, choose }: { target: Sent | null; choose: (target: Sent | null) => void }) {
  const choices: [Sent | null, string, string?][] = [
    [null, "A, B, C in turn"],
    ...ALL.map((operand): [Sent, string] => [operand, OPERAND_TITLES[operand]]),
    ...CORNER_TITLES.map((title, i): [Sent, string, string] => [i, `corner ${title}`, `${CORNER_NAMES[i]} corner`]),
  ];
  return (
    <fieldset class="row targets">
      <legend>Send an image to</legend>
      {choices.map(([to, title, name]) => (
        <label key={to} class="target">
          <input type="radio" name="target" aria-label={name} checked={target === to} onChange={() => choose(to)} />
          {title}
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

interface ImagesProps {
  model: Model;
  groups: Groups;
  label: string;
  points: Point[];
  nameOf: (point: Point, at: number) => string;
  send: (point: Point) => void;
}

function Images({ model, groups, label, points, nameOf, send }: ImagesProps) {
  const images = useImagesOf(model, points);
  const onKey = (event: KeyboardEvent, point: Point) => {
    const operand = OPERAND_KEYS[event.key];
    const corner = cornerOf(event.key);
    if ((!operand && corner < 0) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (operand) toOperand(operand, point, null);
    else toCorner(corner, point, null);
  };
  return (
    <Grid class="palette" label={label}>
      {points.map((point, index) => {
        const inOperands = ALL.filter((operand) => groups[operand].some((other) => samePoint(other, point)));
        const titles = inOperands.map((operand) => OPERAND_TITLES[operand]).join(" and ");
        return (
          <button
            key={index}
            type="button"
            draggable
            aria-label={`${nameOf(point, index)}${inOperands.length ? `, in ${titles}` : ""}`}
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
  );
}

/** Points of the model's images that are marked best, as it makes them now; the newest ones, each once. */
function useMarkedPoints(model: Model): Point[] {
  const points = useKeptOf(model.id).marks.map(({ point }) => pointFor(model.classes, point));
  return points.filter((point, i) => !points.slice(i + 1).some((other) => samePoint(other, point))).slice(-MAX_MARKED);
}

export function Palette({ model, groups, seed, pointOf, corners }: PaletteProps) {
  const [target, setTarget] = useState<Sent | null>(null);
  const points = Array.from({ length: PALETTE }, (_, index) => pointOf(index));
  const marked = useMarkedPoints(model);
  const send = (point: Point) => {
    if (typeof target === "number") return toCorner(target, point, null);
    toOperand(target ?? OPERANDS.find((operand) => groups[operand].length < FULL) ?? "c", point, null);
  };
  return (
    <section class="card" aria-labelledby="palette-title">
      <h2 id="palette-title">Images</h2>
      <p class="quiet">
        Click or touch one to send it where is said below, drag it into an operand or onto a corner of the pad, or focus
        one (arrow keys go on) and press <kbd>a</kbd>, <kbd>m</kbd> (minus) or <kbd>p</kbd> (plus) for arithmetic,{" "}
        <kbd>w</kbd> (with) or <kbd>o</kbd> (without) for a direction, <kbd>1</kbd> to <kbd>4</kbd> for a corner.
      </p>
      {model.classes.length > 0 && <ClassChoice model={model} />}
      <Target target={target} choose={setTarget} />
      <Images
        {...{ model, groups, points, send }}
        label="Images to choose from"
        nameOf={(_, index) => `Image ${index + 1}`}
      />
      {marked.length > 0 && (
        <>
          <h3>Marked best</h3>
          <Images
            {...{ model, groups, send }}
            points={marked}
            label="Images marked best"
            nameOf={(point) => `Marked image, ${describePoint(point)}`}
          />
        </>
      )}
      <Other seed={seed} corners={corners} pointOf={pointOf} />
    </section>
  );
}
