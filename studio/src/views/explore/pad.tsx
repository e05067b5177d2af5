// A pad that blends four images.
import { useRef } from "preact/hooks";
import type { Generated, Model } from "../../api/types";
import { networkOf, pointsOf, type Point } from "../../core/points";
import { changed, go } from "../../state/address";
import { CORNER_TITLES, toCorner } from "../../state/operands";
import { Thumbnail } from "../../ui/images";
import { POINT_TYPE, classOf, useAnswer, useImagesOf } from "./parts";

/** An image that is dropped becomes the corner next to where. */
function drop(event: DragEvent, pad: HTMLElement): void {
  event.preventDefault();
  const point = pointsOf(event.dataTransfer?.getData(POINT_TYPE) ?? "")[0];
  const box = pad.getBoundingClientRect();
  const [right, down] = [event.clientX > box.left + box.width / 2, event.clientY > box.top + box.height / 2];
  if (point) toCorner((right ? 1 : 0) + (down ? 2 : 0), point, null);
}

export function Pad({ model, corners, x, y }: { model: Model; corners: Point[]; x: number; y: number }) {
  const pad = useRef<HTMLDivElement>(null);
  const ends = useImagesOf(model, corners);
  const body = { points: corners, x, y, format: "json", class: classOf(model), network: networkOf(corners) };
  const middle = useAnswer<Generated>(model, "blend", body);
  const set = (toX: number, toY: number) => {
    const text = [toX, toY].map((value) => Math.min(1, Math.max(0, value)).toFixed(3)).join(",");
    go(changed({ pad: text }), true);
  };
  const drag = (event: PointerEvent) => {
    if (!pad.current!.hasPointerCapture(event.pointerId)) return; // an image dragged over it does not move it
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
          onDragOver={(event) => event.preventDefault()}
          onDrop={(event) => drop(event, pad.current!)}
        >
          {corners.map((_, i) => (
            <span key={i} class={`corner corner-${i}`}>
              <Thumbnail model={model} image={ends?.[i]} />
              <span class="badge">{CORNER_TITLES[i]}</span>
            </span>
          ))}
          <span class="dot" style={{ left: `${x * 100}%`, top: `${y * 100}%` }} />
        </div>
        <figure>
          <Thumbnail model={model} image={middle.value?.images[0]} size={192} alt="the blend" />
          <figcaption class="quiet">
            {middle.wrong || "Drag, or use the arrow keys. Any image above can be a corner."}
          </figcaption>
        </figure>
      </div>
    </section>
  );
}
