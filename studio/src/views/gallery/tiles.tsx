// The images of the gallery, each with what made it; chosen by its box, or with x where it is focused.
import { dataAddress } from "../../api/client";
import type { Model } from "../../api/types";
import { captionOf, stepNote, type Entry } from "../../core/gallery";
import { describePoint } from "../../core/points";
import type { Shown } from "../../state/shown";
import { Grid } from "../../ui/grid";
import { scaleWithin } from "../../ui/screen";
import type { Images } from "./images";

const LARGEST = 128; // pixels an image is shown at, as in the style sheet

export const sizeOf = ({ image }: Model, room: number) => {
  const scale = scaleWithin(image.width, room);
  return { width: `${image.width * scale}px`, height: `${image.height * scale}px` };
};

interface PictureProps {
  entry: Entry;
  model: Model;
  shown: Shown | null | undefined;
  room: number;
  chosen: boolean;
  onOpen: () => void;
  onChoose: () => void;
}

/** An image as a button that enlarges it; its room is there before it is. */
export function Picture({ entry, model, shown, room, chosen, onOpen, onChoose }: PictureProps) {
  const style = sizeOf(model, room);
  const caption = captionOf(entry);
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    onChoose();
  };
  if (!shown)
    return (
      <span class="room" style={style}>
        {shown === null && <span class="quiet">{entry.model} makes no such image any more.</span>}
      </span>
    );
  return (
    <button
      type="button"
      data-item=""
      style={style}
      aria-label={`Enlarge ${caption}${chosen ? ", chosen" : ""}`}
      aria-keyshortcuts="x"
      onKeyDown={onKey}
      onClick={onOpen}
    >
      <img class="pixels" src={dataAddress(shown.image)} style={style} alt="" draggable={false} />
      {entry.mark && (
        <span class="star" aria-label="marked best">
          ★
        </span>
      )}
    </button>
  );
}

interface TilesProps {
  entries: Entry[];
  models: Map<string, Model>;
  images: Images;
  chosen: Entry[];
  onOpen: (entry: Entry) => void;
  onChoose: (entry: Entry) => void;
}

export function Tiles({ entries, models, images, chosen, onOpen, onChoose }: TilesProps) {
  return (
    <Grid as="ul" class="gallery">
      {entries.map((entry) => {
        const model = models.get(entry.model)!;
        const note = stepNote(entry, model.step);
        const isChosen = chosen.some(({ key }) => key === entry.key);
        const choose = () => onChoose(entry);
        return (
          <li key={entry.key} class={isChosen ? "is-chosen" : undefined}>
            <Picture
              {...{ entry, model, room: LARGEST, chosen: isChosen }}
              shown={images.of(entry)}
              onOpen={() => onOpen(entry)}
              onChoose={choose}
            />
            <label class="check">
              {/* Not a stop for Tab: the arrow keys and x are quicker through many. */}
              <input
                type="checkbox"
                tabIndex={-1}
                aria-label={`Choose ${captionOf(entry)}`}
                checked={isChosen}
                onChange={choose}
              />
              <span title={captionOf(entry)}>{entry.model}</span>
            </label>
            <span class="quiet">{describePoint(entry.point)}</span>
            {note && <span class="quiet">{note}</span>}
          </li>
        );
      })}
    </Grid>
  );
}
