// Every image drawn lately in this browser or marked best, of all models, with what made it.
import { useState } from "preact/hooks";
import type { Model } from "../../api/types";
import {
  FILTERS,
  MOST_BESIDE,
  chosenOf,
  entriesOf,
  filterOf,
  fitting,
  type Entry,
  type Made,
} from "../../core/gallery";
import { counted, wholeNumber } from "../../core/numbers";
import { changed, close, go, open, type Address } from "../../state/address";
import { forgetDrawn, remindOf, useDrawn } from "../../state/drawn";
import { useMarksOf } from "../../state/kept_of_model";
import { Action } from "../../ui/action";
import { Link, NoModels } from "../../ui/common";
import { LargeView } from "../../ui/large_view";
import { downloadAll } from "./download";
import { FilterBar } from "./filter";
import { MOST_ASKED, useImages, type Images } from "./images";
import { SideBySide } from "./side_by_side";
import { Tiles } from "./tiles";

const PAGE = MOST_ASKED;
const NO_FILTER = Object.fromEntries(FILTERS.map((name) => [name, null]));

function Nothing() {
  return (
    <section class="empty">
      <h2>No image was drawn yet</h2>
      <p>
        Images that this browser draws in Generate, Explore and Compare will be here, and all that are marked best, each
        with what made it: to be found, compared and downloaded. <Link to="/generate">Draw some</Link>
      </p>
    </section>
  );
}

const choose = (chosen: Entry[]) =>
  go(
    changed({
      chosen: chosen.map(({ key }) => key).join(",") || null,
      ...(chosen.length < 2 ? { side: null } : {}),
    }),
    true,
  );

interface ActionsProps {
  chosen: Entry[];
  found: Entry[]; // what the filter leaves
  models: Model[];
  forget: (() => void) | null; // null: nothing was drawn
}

/** What can be done with the images that are chosen, or with all that are found. */
function Actions({ chosen, found, models, forget }: ActionsProps) {
  const count = chosen.length;
  const many = count > 0 ? `${count} chosen` : `all ${found.length}`;
  return (
    <div class="row chosen" role="group" aria-label="With the images">
      <button
        type="button"
        disabled={count < 2 || count > MOST_BESIDE}
        title={`Choose 2 to ${MOST_BESIDE} of them`}
        onClick={() => go(changed({ side: "1" }))}
      >
        Side by side
      </button>
      <Action
        text={`Download ${many}`}
        ask={() => downloadAll(count > 0 ? chosen : found, models)}
        disabled={count === 0 && found.length === 0}
      />
      <button type="button" disabled={count === 0} onClick={() => choose([])}>
        Choose none
      </button>
      <button type="button" disabled={!forget} onClick={forget ?? undefined}>
        Forget what was drawn
      </button>
      <span class="quiet">
        {count > MOST_BESIDE ? (
          `Side by side go ${MOST_BESIDE} at most.`
        ) : (
          <>
            Choose images by their boxes, or with <kbd>x</kbd> where one is focused.
          </>
        )}
      </span>
    </div>
  );
}

function Forgotten({ forgotten, done }: { forgotten: Made[]; done: () => void }) {
  const undo = () => {
    remindOf(forgotten);
    done();
  };
  return (
    <p class="notice row" role="status">
      {counted(forgotten.length, "drawn image")} forgotten; what is marked stays.
      <button type="button" onClick={undo}>
        Undo
      </button>
      <button type="button" onClick={done} aria-label="Away with this notice">
        ×
      </button>
    </p>
  );
}

/** What the address asks for, of what there is. */
function useGallery(models: Model[], query: URLSearchParams) {
  const drawn = useDrawn();
  const marks = useMarksOf(models.map(({ id }) => id));
  const entries = entriesOf(drawn, marks ?? [], models);
  const found = fitting(entries, filterOf(query));
  const pages = wholeNumber(query.get("pages") ?? "1", 1, Number.MAX_SAFE_INTEGER);
  const shown = found.slice(0, PAGE * ("value" in pages ? pages.value : 1));
  const chosen = chosenOf(query.get("chosen"), entries, models);
  const beside = query.get("side") !== null && chosen.length > 1 ? chosen : [];
  const all = [...beside, ...shown.filter((one) => !beside.some(({ key }) => key === one.key))];
  return { drawn, entries, found, shown, chosen, beside, all, known: marks !== null };
}

interface EnlargedProps {
  entries: Entry[];
  models: Map<string, Model>;
  images: Images;
  opened: string | null;
}

/** The large view of those whose images are there. */
function Enlarged({ entries, models, images, opened }: EnlargedProps) {
  const large = entries.flatMap((entry) => {
    const one = images.of(entry);
    return one ? [{ key: entry.key, one }] : [];
  });
  const at = large.findIndex(({ key }) => key === opened);
  if (at < 0) return null;
  return (
    <LargeView
      model={models.get(large[at]!.one.model)!}
      shown={large.map(({ one }) => one)}
      at={at}
      onMove={(to) => go(changed({ open: large[to]!.key }), true)}
      onClose={() => close("open")}
    />
  );
}

function More({ left, shown }: { left: number; shown: number }) {
  if (left <= 0) return null;
  const pages = String(Math.ceil(shown / PAGE) + 1);
  return (
    <button type="button" onClick={() => go(changed({ pages }), true)}>
      {Math.min(PAGE, left)} more of {left}
    </button>
  );
}

function NoneFits() {
  return (
    <p class="row">
      No image fits.
      <button type="button" onClick={() => go(changed(NO_FILTER))}>
        Show all
      </button>
    </p>
  );
}

function Found({ models, address }: { models: Model[]; address: Address }) {
  const { query } = address;
  const { drawn, entries, found, shown, chosen, beside, all, known } = useGallery(models, query);
  const images = useImages(all, models);
  const byId = new Map(models.map((model) => [model.id, model]));
  const [forgotten, setForgotten] = useState<Made[]>([]);
  const forget = () => {
    setForgotten(forgetDrawn());
    go(changed({ chosen: null, side: null, open: null }), true);
  };
  const show = (entry: Entry) => open("open", entry.key);
  const toggle = (entry: Entry) => {
    const rest = chosen.filter(({ key }) => key !== entry.key);
    choose(rest.length < chosen.length ? rest : [...chosen, entry]);
  };
  const notice = forgotten.length > 0 && <Forgotten forgotten={forgotten} done={() => setForgotten([])} />;
  if (!entries.length && !chosen.length)
    return (
      <>
        {notice}
        {known && <Nothing />}
      </>
    );
  return (
    <>
      {notice}
      <FilterBar entries={entries} shown={found.length} filter={filterOf(query)} />
      <Actions {...{ chosen, found, models }} forget={drawn.length ? forget : null} />
      {images.problem && <p class="wrong">{images.problem}</p>}
      {beside.length > 0 && (
        <SideBySide
          {...{ models: byId, images }}
          chosen={beside}
          onOpen={show}
          onChoose={toggle}
          onClose={() => close("side")}
        />
      )}
      <Tiles {...{ models: byId, images, chosen }} entries={shown} onOpen={show} onChoose={toggle} />
      {!found.length && <NoneFits />}
      <More left={found.length - shown.length} shown={shown.length} />
      <Enlarged images={images} entries={all} models={byId} opened={query.get("open")} />
    </>
  );
}

export function Gallery({ models, address }: { models: Model[]; address: Address }) {
  if (!models.length) return <NoModels />;
  return (
    <>
      <h1>Gallery</h1>
      <Found models={models.filter(({ translates }) => !translates)} address={address} />
    </>
  );
}
