// The latent space: A - B + C, a direction from two groups, and what lies between images and classes.
import { useEffect, useRef, useState } from "preact/hooks";
import { changed, go, type Address } from "./address";
import { call, dataAddress, download, type Generated, type Model, type GeneratedImage, type Point, type Reckoned } from "./api";
import { MAX_SEED, anySeed, wholeNumber } from "./numbers";
import { save } from "./images";
import { scaleFor } from "./shown";
import { DIRECTION_OPERANDS, OPERANDS, OPERAND_KEYS, OPERAND_TITLES, pointsOf, samePoint, textOf, toOperand, type Operand } from "./operands";

const PALETTE = 16;
const CORNERS = 4;
const FRAMES = 16;
/** What the interpolation can be saved as; an animation has more images, so that it runs smoothly. */
const EXPORTS = [
  { title: "GIF", format: "gif", frames: 48, name: "interpolation.gif" },
  { title: "APNG", format: "apng", frames: 48, name: "interpolation.apng" },
  { title: "Strip", format: "grid", frames: FRAMES, name: "interpolation.png" },
] as const;
const STEPS = 7; // of an image along a direction: from minus to plus, itself in the middle
const MOST_STRENGTH = 3;
const BADGES: Record<Operand, string> = { a: "A", b: "B", c: "C", with: "+", without: "−" };
const POINT_TYPE = "application/x-ganymede-point";

/** What is explored is the noise: a model with classes makes one of them. */
const classOf = (model: Model): string | undefined => (model.classes.length ? (new URLSearchParams(location.search).get("class") ?? model.classes[0]) : undefined);

/** The result of `ask` for the newest `key`; what was there before stays until then. */
function useAnswer<T>(key: string | null, ask: (signal: AbortSignal) => Promise<T>): { value: T | null; wrong: string } {
  const [state, set] = useState<{ value: T | null; wrong: string }>({ value: null, wrong: "" });
  useEffect(() => {
    if (key === null) return set({ value: null, wrong: "" });
    const stop = new AbortController();
    ask(stop.signal).then(
      (value) => stop.signal.aborted || set({ value, wrong: "" }),
      (error: Error) => stop.signal.aborted || set((old) => ({ ...old, wrong: error.message })),
    );
    return () => stop.abort();
  }, [key]);
  return state;
}

function Thumbnail({ model, image, size = 48, alt = "" }: { model: Model; image: GeneratedImage | undefined; size?: number; alt?: string }) {
  const scale = scaleFor(model.image.width, size);
  const box = { width: model.image.width * scale, height: model.image.height * scale };
  return image ? <img class="pixels" src={dataAddress(image)} {...box} alt={alt} draggable={false} /> : <span class="room" style={{ width: `${box.width}px`, height: `${box.height}px` }} />;
}

/** Images of points, in their order. */
async function imagesOf(model: Model, points: Point[], signal: AbortSignal): Promise<GeneratedImage[]> {
  const body = { points, format: "json", class: classOf(model) };
  return (await call<Generated>(`models/${model.id}/generate`, body, { signal })).images;
}

function OperandBox({ operand, model, points, mean }: { operand: Operand; model: Model; points: Point[]; mean: GeneratedImage | undefined }) {
  const images = useAnswer(points.length ? `${textOf(points)} ${classOf(model)}` : null, (signal) => imagesOf(model, points, signal));
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const point = pointsOf(event.dataTransfer?.getData(POINT_TYPE) ?? "")[0];
    if (point && !points.some((other) => samePoint(point, other))) toOperand(operand, point, false);
  };
  return (
    <section
      class={over ? "card operand over" : "card operand"}
      aria-label={`Operand ${OPERAND_TITLES[operand]}`}
      onDragOver={(event) => (event.preventDefault(), setOver(true))}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <h3>{OPERAND_TITLES[operand]}</h3>
      <div class="exemplars">
        {points.map((point, i) => (
          <button key={textOf([point])} type="button" onClick={() => toOperand(operand, point, false)} aria-label={`Take image ${point.index + 1} of seed ${point.seed} out of ${OPERAND_TITLES[operand]}`}>
            <Thumbnail model={model} image={images.value?.[i]} size={32} />
          </button>
        ))}
        {points.length < 3 && <p class="quiet">{points.length ? "Three exemplars average out what is each one's own." : "Drop images here."}</p>}
      </div>
      {mean && (
        <figure>
          <Thumbnail model={model} image={mean} alt={`mean of ${OPERAND_TITLES[operand]}`} />
          <figcaption class="quiet">mean</figcaption>
        </figure>
      )}
    </section>
  );
}

type Groups = Record<Operand, Point[]>;
const groupsOf = (groups: Groups, operands: readonly Operand[]): Partial<Groups> => Object.fromEntries(operands.map((operand) => [operand, groups[operand]]));

function Arithmetic({ model, groups, radius }: { model: Model; groups: Groups; radius: number }) {
  const full = OPERANDS.every((operand) => groups[operand].length > 0);
  const body = { ...groupsOf(groups, OPERANDS), radius, format: "json", class: classOf(model) };
  const { value, wrong } = useAnswer(full ? JSON.stringify(body) : null, (signal) => call<Reckoned>(`models/${model.id}/arithmetic`, body, { signal }));
  const means = { a: value?.mean_a, b: value?.mean_b, c: value?.mean_c };
  return (
    <section aria-labelledby="arithmetic-title">
      <h2 id="arithmetic-title">Arithmetic</h2>
      <div class="operands">
        {OPERANDS.map((operand) => (
          <OperandBox key={operand} operand={operand} model={model} points={groups[operand]} mean={means[operand]} />
        ))}
        <section class="card operand" aria-label="Result">
          <h3>=</h3>
          {value ? (
            <>
              <div class="nine">
                {value.images.map((image, i) => (
                  <button key={i} type="button" class={i === 4 ? "middle" : ""} aria-label={i === 4 ? "Save the result" : `Save perturbation ${i < 4 ? i + 1 : i}`} onClick={() => save(image, `${model.id}-result-${i}.png`)}>
                    <Thumbnail model={model} image={image} size={64} />
                  </button>
                ))}
              </div>
              <label class="field">
                Perturbations within ±{radius}
                <input type="range" min="0" max="1" step="0.05" value={radius} onInput={(event) => go(changed({ radius: event.currentTarget.value }), true)} />
              </label>
            </>
          ) : (
            <p class="quiet">{wrong || "One image in each operand makes a result: what A has and B has not, added to C."}</p>
          )}
        </section>
      </div>
    </section>
  );
}

/** What tells two groups apart, added to other images. */
function Direction({ model, groups, images, strength }: { model: Model; groups: Groups; images: Point[]; strength: number }) {
  const full = DIRECTION_OPERANDS.every((operand) => groups[operand].length > 0);
  const body = { ...groupsOf(groups, DIRECTION_OPERANDS), apply: images, strength, frames: STEPS, format: "json", class: classOf(model) };
  const generated = useAnswer(full ? JSON.stringify(body) : null, (signal) => call<Generated>(`models/${model.id}/direction`, body, { signal }));
  return (
    <section aria-labelledby="direction-title">
      <h2 id="direction-title">A direction</h2>
      <div class="direction-operands">
        {DIRECTION_OPERANDS.map((operand) => (
          <OperandBox key={operand} operand={operand} model={model} points={groups[operand]} mean={undefined} />
        ))}
        <section class="card operand" aria-label="Along the direction">
          <h3>applied</h3>
          {full ? (
            <>
              <div class="steps" style={{ gridTemplateColumns: `repeat(${STEPS}, minmax(0, auto))` }}>
                {images.flatMap((_, row) =>
                  Array.from({ length: STEPS }, (_, step) => (
                    <Thumbnail key={`${row}:${step}`} model={model} image={generated.value?.images[row * STEPS + step]} alt={`image ${row + 1}, step ${step - (STEPS - 1) / 2}`} />
                  )),
                )}
              </div>
              <label class="field">
                From −{strength} to {strength} times the direction
                <input type="range" min="0" max={MOST_STRENGTH} step="0.1" value={strength} onInput={(event) => go(changed({ strength: event.currentTarget.value }), true)} />
              </label>
              {generated.wrong && <p class="wrong">{generated.wrong}</p>}
            </>
          ) : (
            <p class="quiet">Images with something and images without it make a direction: it is taken from and added to the four images that are blended below.</p>
          )}
        </section>
      </div>
    </section>
  );
}

function Pad({ model, corners, x, y }: { model: Model; corners: Point[]; x: number; y: number }) {
  const pad = useRef<HTMLDivElement>(null);
  const ends = useAnswer(`${textOf(corners)} ${classOf(model)}`, (signal) => imagesOf(model, corners, signal)).value;
  const body = { points: corners, x, y, format: "json", class: classOf(model) };
  const middle = useAnswer(JSON.stringify(body), async (signal) => (await call<Generated>(`models/${model.id}/blend`, body, { signal })).images[0]!);
  const set = (toX: number, toY: number) => {
    const text = [toX, toY].map((value) => Math.min(1, Math.max(0, value)).toFixed(3)).join(",");
    go(changed({ pad: text }), true);
  };
  const drag = (event: PointerEvent) => {
    if (event.buttons === 0) return;
    const box = pad.current!.getBoundingClientRect();
    set((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  };
  const onKey = (event: KeyboardEvent) => {
    const step = event.shiftKey ? 0.1 : 0.02;
    const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    if (!by) return;
    event.preventDefault();
    set(x + by[0]!, y + by[1]!);
  };
  return (
    <section class="card" aria-labelledby="pad-title">
      <h2 id="pad-title">Between four images</h2>
      <div class="pad-row">
        <div
          ref={pad}
          class="pad"
          role="slider"
          tabIndex={0}
          aria-label="Blend of four images; arrow keys move it"
          aria-valuenow={Math.round(x * 100)}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuetext={`${Math.round(x * 100)} % to the right, ${Math.round(y * 100)} % down`}
          onPointerDown={(event) => (pad.current!.setPointerCapture(event.pointerId), drag(event))}
          onPointerMove={drag}
          onKeyDown={onKey}
        >
          {corners.map((_, i) => (
            <span key={i} class={`corner corner-${i}`}>
              <Thumbnail model={model} image={ends?.[i]} />
            </span>
          ))}
          <span class="dot" style={{ left: `${x * 100}%`, top: `${y * 100}%` }} />
        </div>
        <figure>
          <Thumbnail model={model} image={middle.value ?? undefined} size={192} alt="the blend" />
          <figcaption class="quiet">{middle.wrong || "Drag, or use the arrow keys."}</figcaption>
        </figure>
      </div>
    </section>
  );
}

interface TimelineProps {
  model: Model;
  corners: Point[];
  interpolation: string;
  toClass: string; // or empty: one class from end to end
  still: boolean; // only the class changes
}

function Timeline({ model, corners, interpolation, toClass, still }: TimelineProps) {
  const points = still ? [corners[0], corners[0]] : corners;
  const asked = { points, interpolation, class: classOf(model), to_class: toClass || undefined };
  const body = { ...asked, frames: FRAMES, format: "json" };
  const { value, wrong } = useAnswer(JSON.stringify(body), (signal) => call<Generated>(`models/${model.id}/interpolate`, body, { signal }));
  const [failed, setFailed] = useState("");
  const keep = ({ format, frames, name }: (typeof EXPORTS)[number]) => {
    setFailed("");
    download(`models/${model.id}/interpolate`, `${model.id}-${name}`, { ...asked, frames, format }).catch((error: Error) => setFailed(error.message));
  };
  return (
    <section class="card" aria-labelledby="interpolation-title">
      <h2 id="interpolation-title">Interpolation through them</h2>
      <p class="row">
        <label for="interpolation">Interpolation</label>
        <select id="interpolation" value={interpolation} onChange={(event) => go(changed({ way: null, interpolation: event.currentTarget.value }))}>
          <option value="spherical">spherical</option>
          <option value="linear">linear</option>
        </select>
        {model.classes.length > 0 && (
          <>
            <label for="to-class">Turning from {classOf(model)} into</label>
            <select id="to-class" value={toClass} onChange={(event) => go(changed({ to: event.currentTarget.value || null, still: event.currentTarget.value && still ? "1" : null }))}>
              <option value="">nothing else</option>
              {model.classes.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </>
        )}
        {toClass && (
          <label class="check">
            <input type="checkbox" checked={still} onChange={(event) => go(changed({ still: event.currentTarget.checked ? "1" : null }))} />
            the first image alone
          </label>
        )}
      </p>
      {wrong && <p class="wrong">{wrong}</p>}
      <div class="strip">
        {Array.from({ length: FRAMES }, (_, i) => (
          <Thumbnail key={i} model={model} image={value?.images[i]} size={48} alt={`step ${i + 1} of ${FRAMES}`} />
        ))}
      </div>
      <p class="row">
        <span>Save as</span>
        {EXPORTS.map((one) => (
          <button key={one.title} type="button" onClick={() => keep(one)}>
            {one.title}
          </button>
        ))}
      </p>
      {failed && (
        <p class="wrong" role="alert">
          {failed}
        </p>
      )}
    </section>
  );
}

export function Explore({ model, address }: { model: Model; address: Address }) {
  const { query } = address;
  const found = wholeNumber(query.get("seed") ?? "1", 0, MAX_SEED);
  const seed = "value" in found ? found.value : 1;
  const palette = useAnswer(`${seed} ${classOf(model)}`, (signal) => call<Generated>(`models/${model.id}/generate`, { count: PALETTE, seed, format: "json", class: classOf(model) }, { signal }));
  const groups = Object.fromEntries([...OPERANDS, ...DIRECTION_OPERANDS].map((operand) => [operand, pointsOf(query.get(operand))])) as Groups;
  const chosen = pointsOf(query.get("corners"));
  const corners = chosen.length === CORNERS ? chosen : Array.from({ length: CORNERS }, (_, index) => ({ seed, index }));
  const [x = 0.5, y = 0.5] = (query.get("pad") ?? "0.5,0.5").split(",").map((text) => Math.min(1, Math.max(0, Number(text) || 0)));
  const radius = Math.min(1, Math.max(0, Number(query.get("radius") ?? 0.25) || 0));
  const strength = Math.min(MOST_STRENGTH, Math.max(0, Number(query.get("strength") ?? 1) || 0));
  const asked = query.get("to") ?? "";
  const toClass = model.classes.includes(asked) ? asked : "";
  const onKey = (event: KeyboardEvent, index: number) => {
    const operand = OPERAND_KEYS[event.key];
    if (!operand || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    toOperand(operand, { seed, index }, false);
  };
  return (
    <>
      <h1>Explore</h1>
      <section class="card" aria-labelledby="palette-title">
        <h2 id="palette-title">Images</h2>
        <p class="quiet">
          Drag them into an operand, or focus one and press <kbd>a</kbd>, <kbd>m</kbd> (minus) or <kbd>p</kbd> (plus) for
          arithmetic, <kbd>w</kbd> (with) or <kbd>o</kbd> (without) for a direction.
        </p>
        {model.classes.length > 0 && (
          <p class="row">
            <label for="class">Class</label>
            <select id="class" value={classOf(model)} onChange={(event) => go(changed({ class: event.currentTarget.value }))}>
              {model.classes.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </p>
        )}
        <div class="palette">
          {Array.from({ length: PALETTE }, (_, index) => {
            const inOperands = [...OPERANDS, ...DIRECTION_OPERANDS].filter((operand) => groups[operand].some((point) => samePoint(point, { seed, index })));
            return (
              <button
                key={index}
                type="button"
                draggable
                aria-label={`Image ${index + 1}${inOperands.length ? `, in ${inOperands.map((operand) => OPERAND_TITLES[operand]).join(" and ")}` : ""}`}
                onDragStart={(event) => event.dataTransfer?.setData(POINT_TYPE, `${seed}:${index}`)}
                onKeyDown={(event) => onKey(event, index)}
                onClick={() => toOperand(OPERANDS.find((operand) => groups[operand].length < 3) ?? "c", { seed, index }, false)}
              >
                <Thumbnail model={model} image={palette.value?.images[index]} size={64} />
                {inOperands.length > 0 && <span class="badge">{inOperands.map((operand) => BADGES[operand]).join("")}</span>}
              </button>
            );
          })}
        </div>
        {palette.wrong && <p class="wrong">{palette.wrong}</p>}
        <p class="row">
          <span class="quiet">Seed {seed}</span>
          <button type="button" onClick={() => go(changed({ seed: String(anySeed()), corners: textOf(corners) }))}>
            Other images
          </button>
          <button type="button" onClick={() => go(changed(Object.fromEntries([...OPERANDS, ...DIRECTION_OPERANDS].map((operand) => [operand, null]))))}>
            Empty the operands
          </button>
          <button type="button" onClick={() => go(changed({ corners: textOf(Array.from({ length: CORNERS }, (_, index) => ({ seed, index }))), pad: null }))}>
            Blend the first four
          </button>
        </p>
      </section>
      <Arithmetic model={model} groups={groups} radius={radius} />
      <Direction model={model} groups={groups} images={corners} strength={strength} />
      <Pad model={model} corners={corners} x={x} y={y} />
      <Timeline model={model} corners={corners} interpolation={(query.get("interpolation") ?? query.get("way")) === "linear" ? "linear" : "spherical"} toClass={toClass} still={toClass !== "" && query.get("still") === "1"} />
    </>
  );
}
