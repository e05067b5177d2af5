// The large view of one of several images.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { dataAddress } from "../api/client";
import type { Model } from "../api/types";
import { EMBEDDED } from "../state/address";
import { isMarked, toggleMark, useKeptOf } from "../state/kept_of_model";
import {
  CORNER_NAMES,
  CORNER_TITLES,
  DIRECTION_OPERANDS,
  OPERANDS,
  OPERAND_KEYS,
  OPERAND_TITLES,
  cornerOf,
  keyOf,
  toCorner,
  toOperand,
  type Operand,
} from "../state/operands";
import { describe, fileName, wholeDescription, type Shown } from "../state/shown";
import { save } from "./images";
import { NearestImages } from "./nearest";
import { scaleWithin } from "./screen";

const LARGEST = 448;

interface LargeViewProps {
  model: Model;
  shown: Shown[];
  at: number;
  onMove: (at: number) => void;
  onClose: () => void;
}

interface OperandButtonsProps {
  send: (operand: Operand) => void;
  blend: (corner: number) => void;
}

function OperandButtons({ send, blend }: OperandButtonsProps) {
  return (
    <>
      {[
        { use: "arithmetic", operands: OPERANDS },
        { use: "a direction", operands: DIRECTION_OPERANDS },
      ].map(({ use, operands }) => (
        <p key={use} class="row">
          <span>Use in {use}:</span>
          {operands.map((operand) => (
            <button key={operand} type="button" onClick={() => send(operand)}>
              {OPERAND_TITLES[operand]} <kbd>{keyOf(operand)}</kbd>
            </button>
          ))}
        </p>
      ))}
      <p class="row">
        <span>Use as a corner:</span>
        {CORNER_TITLES.map((title, corner) => (
          <button key={title} type="button" aria-label={`${CORNER_NAMES[corner]} corner`} onClick={() => blend(corner)}>
            {title} <kbd>{corner + 1}</kbd>
          </button>
        ))}
      </p>
    </>
  );
}

interface ImageButtonsProps {
  move: (by: number) => void;
  store: () => void;
  mark: () => void;
  marked: boolean;
  look: () => void;
  near: boolean;
}

function ImageButtons({ move, store, mark, marked, look, near }: ImageButtonsProps) {
  return (
    <p class="row">
      <button type="button" onClick={() => move(-1)} aria-label="The image before">
        ←
      </button>
      <button type="button" onClick={() => move(1)} aria-label="The next image">
        →
      </button>
      <button type="button" onClick={store}>
        Save <kbd>s</kbd>
      </button>
      {!EMBEDDED && (
        <button type="button" onClick={mark} aria-pressed={marked}>
          {marked ? "★" : "☆"} Best <kbd>b</kbd>
        </button>
      )}
      <button type="button" onClick={look} aria-pressed={near}>
        Nearest training images <kbd>n</kbd>
      </button>
    </p>
  );
}

/**
 * Arrows go to the next; s saves, b marks best, n looks for the nearest training images, a/m/p and w/o go to the
 * operands, 1 to 4 to the corners.
 */
export function LargeView({ model, shown, at, onMove, onClose }: LargeViewProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { marks } = useKeptOf(model.id);
  const [said, say] = useState("");
  const [near, setNear] = useState(false);
  const one = shown[at]!;
  const marked = isMarked(marks, one);
  useLayoutEffect(() => dialog.current!.showModal(), []);
  const move = (by: number) => onMove((at + by + shown.length) % shown.length);
  const mark = () =>
    void toggleMark({ model: one.model, step: one.step, point: one.point, png: one.image.png }, marked).then(say);
  const store = () => save(one.image, `${fileName(one)}.png`);
  const send = (operand: Operand) => toOperand(operand, one.point, one);
  const blend = (corner: number) => toCorner(corner, one.point, one);
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const operand = OPERAND_KEYS[event.key];
    const corner = cornerOf(event.key);
    if (event.key === "ArrowRight" || event.key === "j") move(1);
    else if (event.key === "ArrowLeft" || event.key === "k") move(-1);
    else if (event.key === "s") store();
    else if (event.key === "b" && !EMBEDDED) mark();
    else if (event.key === "n") setNear(!near);
    else if (operand) send(operand);
    else if (corner >= 0) blend(corner);
    else return;
    event.preventDefault();
  };
  const scale = scaleWithin(model.image.width, Math.min(LARGEST, innerWidth - 96));
  return (
    <dialog ref={dialog} class="large" onKeyDown={onKey} onClose={onClose} aria-label={`Image ${one.point.index + 1}`}>
      <img
        class="pixels"
        src={dataAddress(one.image)}
        width={model.image.width * scale}
        height={model.image.height * scale}
        alt={describe(one)}
      />
      <p>{wholeDescription(one)}</p>
      {one.step !== null && one.step !== model.step && (
        <p class="quiet">
          The model is at step {model.step} now: used elsewhere, this point gives its image of that step.
        </p>
      )}
      <ImageButtons {...{ move, store, mark, marked, near }} look={() => setNear(!near)} />
      <OperandButtons {...{ send, blend }} />
      {near && <NearestImages model={model} shown={one} />}
      <p role="status" class="quiet">
        {said}
      </p>
      <form method="dialog">
        <button class="close" aria-label="Close">
          ×
        </button>
      </form>
    </dialog>
  );
}
