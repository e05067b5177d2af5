// What lies between images and between classes.
import { interpolate } from "limits";
import { useState } from "preact/hooks";
import { dataAddress, download } from "../../api/client";
import type { Generated, GeneratedImage, Model } from "../../api/types";
import { wholeNumber } from "../../core/numbers";
import { networkOf, type Point } from "../../core/points";
import { changed, go } from "../../state/address";
import { Grid } from "../../ui/grid";
import { Thumbnail } from "../../ui/images";
import { Player } from "../../ui/player";
import { scaleWithin, useWidth } from "../../ui/screen";
import { classOf, useAnswer } from "./parts";

const LARGEST = 256;
const PLAYED = 120; // milliseconds that a frame is shown for
const FRAMES = interpolate.frames.default;
const INTERPOLATIONS = interpolate.interpolation.enum;

/** The one of that name, or the usual one. */
export const interpolationOf = (name: string | null): string =>
  INTERPOLATIONS.find((one) => one === name) ?? interpolate.interpolation.default;
/** What the interpolation can be saved as; an animation has more images, so that it runs smoothly. */
const EXPORTS = [
  { title: "GIF", format: "gif", frames: 48, name: "interpolation.gif" },
  { title: "APNG", format: "apng", frames: 48, name: "interpolation.apng" },
  { title: "Strip", format: "grid", frames: FRAMES, name: "interpolation.png" },
] as const;

interface TimelineProps {
  model: Model;
  corners: Point[];
  interpolation: string;
  toClass: string; // or empty: one class from end to end
  still: boolean; // only the class changes
  frame: number; // that is shown large
}

/** The frame of an address; the first one unless it says otherwise. */
export const frameOf = (text: string | null): number => {
  const found = wholeNumber(text ?? "", 0, FRAMES - 1);
  return "value" in found ? found.value : 0;
};

function ToClass({
  model,
  from,
  toClass,
  still,
}: {
  model: Model;
  from: string | undefined;
  toClass: string;
  still: boolean;
}) {
  return (
    <>
      <label for="to-class">Turning from {from} into</label>
      <select
        id="to-class"
        value={toClass}
        onChange={(event) =>
          go(
            changed({
              to: event.currentTarget.value || null,
              still: event.currentTarget.value && still ? "1" : null,
            }),
          )
        }
      >
        <option value="">nothing else</option>
        {model.classes.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </>
  );
}

function StillField({ still }: { still: boolean }) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={still}
        onChange={(event) => go(changed({ still: event.currentTarget.checked ? "1" : null }))}
      />
      the first image alone
    </label>
  );
}

interface FramesProps {
  model: Model;
  images: GeneratedImage[] | undefined;
  frame: number;
}

/** One frame large, which a slider moves through all of them; and all of them, to go to one. */
function Frames({ model, images, frame }: FramesProps) {
  const [place, room] = useWidth<HTMLDivElement>();
  const [played, setPlayed] = useState<number | null>(null); // not in the address until it stops: it changes too often
  const at = played ?? frame;
  const scale = scaleWithin(model.image.width, Math.min(LARGEST, room));
  const size = { width: `${model.image.width * scale}px`, height: `${model.image.height * scale}px` };
  const move = (to: number, plays: boolean) => {
    setPlayed(plays ? to : null);
    if (!plays) go(changed({ frame: to ? String(to) : null }), true);
  };
  const image = images?.[at];
  return (
    <div ref={place} class="frames">
      {image ? (
        <img
          key="large"
          class="pixels"
          src={dataAddress(image)}
          style={size}
          alt={`the interpolation at step ${at + 1} of ${FRAMES}`}
          draggable={false}
        />
      ) : (
        <span key="room" class="room" style={size} />
      )}
      <Player title={`Step ${at + 1} of ${FRAMES}`} length={FRAMES} at={at} milliseconds={PLAYED} onMove={move} />
      <Grid class="strip" label="Steps">
        {Array.from({ length: FRAMES }, (_, i) => (
          <button
            key={i}
            type="button"
            aria-label={`Step ${i + 1}`}
            aria-pressed={i === at}
            onClick={() => move(i, false)}
          >
            <Thumbnail model={model} image={images?.[i]} size={48} />
          </button>
        ))}
      </Grid>
    </div>
  );
}

export function Timeline({ model, corners, interpolation, toClass, still, frame }: TimelineProps) {
  const points = still ? [corners[0], corners[0]] : corners;
  const from = corners[0]?.class ?? classOf(model);
  const asked = { points, interpolation, class: from, to_class: toClass || undefined, network: networkOf(corners) };
  const body = { ...asked, frames: FRAMES, format: "json" };
  const { value, wrong } = useAnswer<Generated>(model, "interpolate", body);
  const [failed, setFailed] = useState("");
  const keep = ({ format, frames, name }: (typeof EXPORTS)[number]) => {
    setFailed("");
    download(`models/${model.id}/interpolate`, `${model.id}-${name}`, { ...asked, frames, format }).catch(
      (error: Error) => setFailed(error.message),
    );
  };
  return (
    <section class="card" aria-labelledby="interpolation-title">
      <h2 id="interpolation-title">Interpolation through them</h2>
      <p class="row">
        <label for="interpolation">Interpolation</label>
        <select
          id="interpolation"
          value={interpolation}
          onChange={(event) => go(changed({ way: null, interpolation: event.currentTarget.value }))}
        >
          {INTERPOLATIONS.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        {model.classes.length > 0 && <ToClass {...{ model, from, toClass, still }} />}
        {toClass && <StillField still={still} />}
      </p>
      {wrong && <p class="wrong">{wrong}</p>}
      <Frames model={model} images={value?.images} frame={frame} />
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
