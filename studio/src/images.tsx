// Images: grids of them, and the large view.
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { dataAddress, saveAs, type Model, type GeneratedImage, type Point } from "./api";
import { NearestImages } from "./near";
import { scaleFor, type Shown } from "./shown";
import { DIRECTION_OPERANDS, OPERANDS, OPERAND_KEYS, OPERAND_TITLES, keyOf, toOperand, type Operand } from "./operands";

const LARGEST = 192;
const GAP = 4; // as in the style sheet

/** The room an element has, in pixels, as it changes. */
export function useWidth<T extends HTMLElement>(): [RefObject<T>, number] {
  const place = useRef<T>(null);
  const [width, set] = useState(0);
  useLayoutEffect(() => {
    const measure = () => set(place.current!.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(place.current!);
    return () => observer.disconnect();
  }, []);
  return [place, width];
}

const BEST = "ganymede-best";
type Best = Record<string, string>; // "model seed:index" -> PNG in base64

export const bestKey = (model: Model, { seed, index }: Point): string => `${model.id} ${seed}:${index}`;
export function readBest(): Best {
  try {
    return JSON.parse(localStorage.getItem(BEST) ?? "{}") as Best;
  } catch {
    return {};
  }
}
function toggleBest(key: string, png: string): Best {
  const best = readBest();
  if (key in best) delete best[key];
  else best[key] = png;
  localStorage.setItem(BEST, JSON.stringify(best));
  return best;
}

export const save = (image: GeneratedImage, name: string): void => saveAs(dataAddress(image), name);

interface LargeViewProps {
  model: Model;
  shown: Shown[];
  at: number;
  truncation?: number; // that the images were generated with
  onMove: (at: number | null) => void;
  onBest: (best: Best) => void;
}

/** The large view of one of several images. Arrows go to the next; s saves, b marks best, n looks for the nearest training images, a/m/p and w/o go to the operands. */
export function LargeView({ model, shown, at, truncation, onMove, onBest }: LargeViewProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [best, setBest] = useState(readBest);
  const [said, say] = useState("");
  const [near, setNear] = useState(false);
  const { image, point, untrained } = shown[at]!;
  useEffect(() => dialog.current!.showModal(), []);
  const key = bestKey(model, point);
  const move = (by: number) => onMove((at + by + shown.length) % shown.length);
  const mark = () => {
    const next = toggleBest(key, image.png);
    setBest(next);
    onBest(next);
    say(key in next ? "Marked best." : "No longer marked best.");
  };
  const store = () => save(image, `${model.id}-${point.seed}-${point.index}${untrained ? "-untrained" : ""}.png`);
  const send = (operand: Operand) => {
    dialog.current!.close();
    toOperand(operand, point, true);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const operand = OPERAND_KEYS[event.key];
    if (event.key === "ArrowRight") move(1);
    else if (event.key === "ArrowLeft") move(-1);
    else if (event.key === "s") store();
    else if (event.key === "b") mark();
    else if (event.key === "n") setNear(!near);
    else if (operand) send(operand);
    else return;
    event.preventDefault();
  };
  const scale = scaleFor(model.image.width, Math.min(448, innerWidth - 96));
  return (
    <dialog ref={dialog} class="large" onKeyDown={onKey} onClose={() => onMove(null)} aria-label={`Image ${point.index + 1}`}>
      <img class="pixels" src={dataAddress(image)} width={model.image.width * scale} height={model.image.height * scale} alt={describe({ image, point, untrained })} />
      <p>
        {untrained ? "Untrained" : "Trained"}, seed {point.seed}, index {point.index}
        {image.class ? `, ${image.class}` : ""}
      </p>
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
        <button type="button" onClick={mark} aria-pressed={key in best}>
          {key in best ? "★" : "☆"} Best <kbd>b</kbd>
        </button>
        <button type="button" onClick={() => setNear(!near)} aria-pressed={near}>
          Nearest training images <kbd>n</kbd>
        </button>
      </p>
      {[{ use: "arithmetic", operands: OPERANDS }, { use: "a direction", operands: DIRECTION_OPERANDS }].map(({ use, operands }) => (
        <p key={use} class="row">
          <span>Use in {use}:</span>
          {operands.map((operand) => (
            <button key={operand} type="button" onClick={() => send(operand)}>
              {OPERAND_TITLES[operand]} <kbd>{keyOf(operand)}</kbd>
            </button>
          ))}
        </p>
      ))}
      {near && <NearestImages model={model} shown={shown[at]!} truncation={truncation} />}
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

export const describe = ({ image, point, untrained }: Shown): string =>
  `${untrained ? "untrained" : "trained"} image ${point.index + 1}${image.class ? `, ${image.class}` : ""}, seed ${point.seed}`;

/** Images as buttons in rows; their room is there before they are. */
export function ImageGrid({ model, shown, count, marked, onOpen }: { model: Model; shown: Shown[] | null; count: number; marked: Best; onOpen: (at: number) => void }) {
  const columns = Math.ceil(Math.sqrt(count));
  const [place, width] = useWidth<HTMLUListElement>();
  // As large as fits, up to a size where single pixels are plain to see.
  const room = Math.min(LARGEST, Math.floor((width - GAP * (columns - 1)) / columns));
  const scale = Math.max(1, Math.floor(room / model.image.width));
  const size = { width: model.image.width * scale, height: model.image.height * scale };
  return (
    <ul ref={place} class="images" style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, ${size.width}px))` }}>
      {Array.from({ length: count }, (_, i) => {
        const one = shown?.[i];
        return (
          <li key={i}>
            {one ? (
              <button type="button" onClick={() => onOpen(i)} aria-label={`Enlarge ${describe(one)}`}>
                <img class="pixels" src={dataAddress(one.image)} {...size} alt="" />
                {bestKey(model, one.point) in marked && !one.untrained && (
                  <span class="star" aria-label="marked best">
                    ★
                  </span>
                )}
              </button>
            ) : (
              <span class="room" style={{ aspectRatio: `${size.width} / ${size.height}` }} />
            )}
          </li>
        );
      })}
    </ul>
  );
}
