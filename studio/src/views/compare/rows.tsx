// The images: a row is one noise, and what each of the models makes of it.
import { useRef, useState } from "preact/hooks";
import { dataAddress } from "../../api/client";
import type { Shown } from "../../state/shown";
import { Grid } from "../../ui/grid";
import { useFreeKeys } from "../../ui/keys";
import { scaleWithin, useWidth } from "../../ui/screen";
import type { Column } from "./compared";
import { LETTERS } from "./form";
import type { Voting } from "./voting";

const LARGEST = 256;
const LABEL = 32; // pixels before a row's images, as in the style sheet
const GAP = 8;

interface ImageButtonProps {
  column: Column;
  shown: Shown | undefined;
  room: number;
  label: string;
  caption: string;
  pressed: boolean | undefined;
  onClick: () => void;
}

function ImageButton({ column, shown, room, label, caption, pressed, onClick }: ImageButtonProps) {
  const { width, height } = column.model.image;
  const scale = scaleWithin(width, room);
  const size = { width: `${width * scale}px`, height: `${height * scale}px` };
  return (
    <div class="compared">
      {shown ? (
        <button type="button" data-item="" style={size} aria-label={label} aria-pressed={pressed} onClick={onClick}>
          <img class="pixels" src={dataAddress(shown.image)} style={size} alt="" draggable={false} />
        </button>
      ) : (
        <span class="room" style={size} />
      )}
      <span key="caption" class="quiet" title={caption}>
        {caption}
      </span>
    </div>
  );
}

interface RowsProps {
  columns: Column[];
  count: number;
  voting: Voting | null;
  onOpen: (column: number, row: number) => void;
  onDone: () => void; // the last row was voted on
}

/** Which row the keys are for: that of the focus, else the first without a vote. */
function useVoteKeys(voting: Voting | null, onDone: () => void) {
  const list = useRef<HTMLUListElement>(null);
  const [focused, setFocused] = useState(-1);
  const votes = voting && !voting.named ? voting.votes : null;
  const current = votes ? (focused >= 0 && focused < votes.length ? focused : votes.indexOf(null)) : -1;
  const give = (row: number, vote: number) => {
    const next = voting!.give(row, vote);
    const after = [...next.keys()].find((i) => i > row && next[i] === null) ?? next.indexOf(null);
    if (after < 0) return onDone();
    const item = list.current!.children[after]!;
    item.querySelector("button")?.focus({ preventScroll: true });
    item.scrollIntoView({ block: "nearest" });
    setFocused(after);
  };
  useFreeKeys((key) => {
    if (!votes || current < 0 || !/^\d$/.test(key) || Number(key) > voting!.order(0).length) return false;
    give(current, Number(key));
    return true;
  });
  const enter = (event: FocusEvent) =>
    setFocused([...list.current!.children].findIndex((item) => item.contains(event.target as Node)));
  return { list, current, give, enter };
}

export function Rows({ columns, count, voting, onOpen, onDone }: RowsProps) {
  const [place, width] = useWidth<HTMLDivElement>();
  const { list, current, give, enter } = useVoteKeys(voting, onDone);
  const blind = voting !== null && !voting.named;
  const room = Math.min(LARGEST, Math.floor((width - LABEL) / columns.length) - GAP);
  const widths = columns.map(({ model }) => model.image.width * scaleWithin(model.image.width, room));
  const nameOf = (column: number) => `${LETTERS[column]} ${columns[column]!.model.id}`;
  return (
    <div ref={place} class="scroll" onFocusIn={enter}>
      <Grid
        as="ul"
        place={list}
        class="compared-rows"
        style={{ gridTemplateColumns: `${LABEL - GAP}px repeat(${columns.length}, ${Math.max(...widths)}px)` }}
      >
        {Array.from({ length: count }, (_, row) => (
          <li key={row} class={row === current ? "current" : undefined}>
            <span class="quiet">{row + 1}</span>
            {(voting?.order(row) ?? [...columns.keys()]).map((column, at) => {
              const chosen = voting?.votes[row] === at + 1;
              const caption = blind ? String(at + 1) : nameOf(column);
              return (
                <ImageButton
                  key={at}
                  column={columns[column]!}
                  shown={columns[column]!.shown?.[row]}
                  room={room}
                  label={
                    blind
                      ? `Image ${row + 1}: prefer ${at + 1}`
                      : `Enlarge image ${row + 1} of ${caption}${chosen ? ", preferred" : ""}`
                  }
                  caption={chosen ? `✓ ${caption}` : caption}
                  pressed={blind ? chosen : undefined}
                  onClick={() => (blind ? give(row, at + 1) : onOpen(column, row))}
                />
              );
            })}
            {blind && (
              <button
                type="button"
                class="none"
                aria-label={`Image ${row + 1}: no preference`}
                aria-pressed={voting.votes[row] === 0}
                onClick={() => give(row, 0)}
              >
                No preference
              </button>
            )}
          </li>
        ))}
      </Grid>
    </div>
  );
}
