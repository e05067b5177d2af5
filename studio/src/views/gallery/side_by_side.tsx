// Two to eight chosen images, large, each with what made it.
import type { Model } from "../../api/types";
import { MOST_BESIDE, captionOf, stepNote, type Entry } from "../../core/gallery";
import { Grid } from "../../ui/grid";
import { useWidth } from "../../ui/screen";
import type { Images } from "./images";
import { Picture } from "./tiles";

const LARGEST = 384;
const LEAST = 128;
const GAP = 16; // as in the style sheet

interface SideBySideProps {
  chosen: Entry[];
  models: Map<string, Model>;
  images: Images;
  onOpen: (entry: Entry) => void;
  onChoose: (entry: Entry) => void;
  onClose: () => void;
}

export function SideBySide({ chosen, models, images, onOpen, onChoose, onClose }: SideBySideProps) {
  const [place, width] = useWidth<HTMLElement>();
  const shown = chosen.slice(0, MOST_BESIDE);
  const room = Math.max(LEAST, Math.min(LARGEST, Math.floor((width - GAP) / shown.length - GAP)));
  return (
    <section class="card" aria-labelledby="beside-title">
      <div class="row beside-head">
        <h2 id="beside-title">Side by side</h2>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
      <Grid as="ul" place={place} class="beside">
        {shown.map((entry) => {
          const model = models.get(entry.model)!;
          const note = stepNote(entry, model.step);
          return (
            <li key={entry.key}>
              <Picture
                {...{ entry, model, room, chosen: true }}
                shown={images.of(entry)}
                onOpen={() => onOpen(entry)}
                onChoose={() => onChoose(entry)}
              />
              <span>{captionOf(entry)}</span>
              {note && <span class="quiet">{note}</span>}
            </li>
          );
        })}
      </Grid>
    </section>
  );
}
