// Images: single ones, grids of them, and sheets that a training wrote.
import { useEffect, useState } from "preact/hooks";
import { blobOf, dataAddress, saveAs } from "../api/client";
import { useResource } from "../api/resource";
import type { GeneratedImage, Model } from "../api/types";
import { isMarked, type Mark } from "../state/kept_of_model";
import { describe, type Shown } from "../state/shown";
import { Grid } from "./grid";
import { scaleFor, scaleWithin, useWidth } from "./screen";

const LARGEST = 192;
const LARGEST_SHEET = 640; // pixels a sheet is enlarged to
const GAP = 4; // as in the style sheet

export const save = (image: GeneratedImage, name: string): void => saveAs(dataAddress(image), name);

export function Thumbnail({
  model,
  image,
  size = 48,
  alt = "",
}: {
  model: Model;
  image: GeneratedImage | undefined;
  size?: number;
  alt?: string;
}) {
  const scale = scaleFor(model.image.width, size);
  const box = { width: model.image.width * scale, height: model.image.height * scale };
  const style = { width: `${box.width}px`, height: `${box.height}px` };
  return image ? (
    <img class="pixels" src={dataAddress(image)} style={style} alt={alt} draggable={false} />
  ) : (
    <span class="room" style={style} />
  );
}

/** Images as buttons in rows; their room is there before they are. */
export function ImageGrid({
  model,
  shown,
  count,
  marks,
  onOpen,
}: {
  model: Model;
  shown: Shown[] | null;
  count: number;
  marks: Mark[];
  onOpen: (at: number) => void;
}) {
  const columns = Math.ceil(Math.sqrt(count));
  const [place, width] = useWidth<HTMLUListElement>();
  // As large as fits, up to a size where single pixels are plain to see.
  const room = Math.min(LARGEST, Math.floor((width - GAP * (columns - 1)) / columns));
  const scale = scaleWithin(model.image.width, room);
  const size = { width: model.image.width * scale, height: model.image.height * scale };
  return (
    <Grid
      as="ul"
      place={place}
      class="images"
      style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, ${size.width}px))` }}
    >
      {Array.from({ length: count }, (_, i) => {
        const one = shown?.[i];
        return (
          <li key={i}>
            {one ? (
              <button type="button" data-item="" onClick={() => onOpen(i)} aria-label={`Enlarge ${describe(one)}`}>
                <img class="pixels" src={dataAddress(one.image)} width={size.width} height={size.height} alt="" />
                {isMarked(marks, one) && (
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
    </Grid>
  );
}

export interface Sheet {
  address: string;
  width: number;
  height: number;
}

/** An image of a run, through the API: it may want a token. The last one stays until the next is there. */
export function useSheet(path: string | null): { sheet: Sheet | null; settled: boolean } {
  const ask = async (signal: AbortSignal) => {
    const blob = await blobOf(path!, signal);
    const { width, height } = await createImageBitmap(blob);
    return { blob, width, height };
  };
  const { value, problem } = useResource(path, ask);
  const [sheet, set] = useState<Sheet | null>(null);
  useEffect(() => {
    if (value) set({ address: URL.createObjectURL(value.blob), width: value.width, height: value.height });
  }, [value]);
  useEffect(() => {
    if (path === null) set(null);
  }, [path]);
  useEffect(() => () => void (sheet && setTimeout(() => URL.revokeObjectURL(sheet.address), 1000)), [sheet]);
  return { sheet, settled: path === null || sheet !== null || problem !== null };
}

/** A sheet of images, each of its pixels on whole pixels of the screen; one that is too wide even so is to be
 * scrolled. */
export function SheetImage({ sheet, alt }: { sheet: Sheet; alt: string }) {
  const [place, room] = useWidth<HTMLDivElement>();
  const scale = scaleWithin(sheet.width, Math.min(room, LARGEST_SHEET));
  const [width, height] = [sheet.width * scale, sheet.height * scale];
  const wide = room > 0 && width > room;
  return (
    <div
      ref={place}
      class="sheet-of-run"
      {...(wide ? { tabIndex: 0, role: "region", "aria-label": `${alt}, to be scrolled` } : {})}
    >
      {room > 0 && (
        <img class="pixels" src={sheet.address} alt={alt} style={{ width: `${width}px`, height: `${height}px` }} />
      )}
    </div>
  );
}
