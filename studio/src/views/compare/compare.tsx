// One noise through two to four models, side by side; blind, if one wants to be sure of what one prefers.
import { useState } from "preact/hooks";
import type { Model } from "../../api/types";
import { counted, grouped } from "../../core/numbers";
import { textOfBeside } from "../../core/beside";
import { changed, close, go, open, type Address } from "../../state/address";
import { Command } from "../../ui/common";
import { LargeView } from "../../ui/large_view";
import { NOTHING_OF_OTHERS, useColumns, useCompared, type Column, type Compared } from "./compared";
import { CompareForm, LETTERS } from "./form";
import { Result } from "./result";
import { Rows } from "./rows";
import { votingOf, type Voting } from "./voting";

function OneModel() {
  return (
    <section class="empty">
      <h2>There is one model</h2>
      <p>Comparing takes two. Train another, or serve more: runs, and models by their files.</p>
      <Command text="ganymede serve runs runs/mine/model.safetensors" />
    </section>
  );
}

/** What the address says that does not hold any more. */
function Notices({ compared, query, voting }: { compared: Compared; query: URLSearchParams; voting: Voting | null }) {
  const known = compared.otherSteps.map(({ id }) => compared.models.find((model) => model.id === id)!);
  const beside = compared.beside.map((one) => ({
    ...one,
    step: known.some(({ id }) => id === one.id) ? null : one.step,
  }));
  return (
    <>
      {compared.otherSteps.length > 0 && (
        <p class="notice row" role="status">
          {compared.otherSteps
            .map(
              ({ id, step }, i) =>
                `This address is of ${id} at step ${grouped(step!)}; it is at step ${grouped(known[i]!.step)} now.`,
            )
            .join(" ")}
          <button type="button" onClick={() => go(changed({ beside: textOfBeside(beside) }), true)}>
            All right
          </button>
        </p>
      )}
      {query.get("vote") && !voting && (
        <p class="notice row" role="status">
          The vote of this address is of other images than these.
          <button type="button" onClick={() => go(changed(NOTHING_OF_OTHERS), true)}>
            All right
          </button>
        </p>
      )}
    </>
  );
}

function VoteBar({ voting, places, show }: { voting: Voting; places: number; show: () => void }) {
  const { named, votes, tally } = voting;
  return (
    <div class="vote-bar">
      {!named && (
        <p class="quiet">
          Click the better image of each row, or press <kbd>1</kbd> to <kbd>{places}</kbd>; <kbd>0</kbd> for no
          preference. The names are shown after the last row.
        </p>
      )}
      <div class="row">
        <p role="status">
          {named
            ? "The vote is over: the names stand below the images."
            : `${votes.length - tally.left} of ${counted(votes.length, "row")} voted on.`}
        </p>
        {!named && (
          <button type="button" onClick={show}>
            Show names
          </button>
        )}
        <button type="button" onClick={() => go(changed(NOTHING_OF_OTHERS))}>
          {named ? "Close the vote" : "End the vote"}
        </button>
      </div>
    </div>
  );
}

/** What is open is in the address: "B:3" is the fourth image of the second model. */
function openIn(text: string | null, columns: Column[]): { column: number; row: number } | null {
  const [letter = "", at] = (text ?? "").split(":");
  const column = LETTERS.findIndex((one) => one === letter);
  return columns[column]?.shown?.[Number(at)] ? { column, row: Number(at) } : null;
}

export function Compare({ models, model, address }: { models: Model[]; model: Model; address: Address }) {
  const { query } = address;
  const compared = useCompared(models, model, query);
  const columns = useColumns(compared);
  const voting = votingOf(compared, query);
  const [fresh, setFresh] = useState(false);
  const opened = voting && !voting.named ? null : openIn(query.get("open"), columns);
  const show = () => {
    setFresh(true);
    go(changed({ names: "1" }), true);
  };
  if (models.length < 2) return <OneModel />;
  return (
    <>
      <h1>Compare</h1>
      <Notices compared={compared} query={query} voting={voting} />
      <CompareForm all={models} compared={compared} />
      {columns.map(
        ({ problem, model: { id } }) =>
          problem && (
            <p key={id} class="wrong" role="alert">
              {id}: {problem}
            </p>
          ),
      )}
      <section class="card" aria-labelledby="rows-title">
        <h2 id="rows-title">One noise through each of them</h2>
        {voting && <VoteBar voting={voting} places={columns.length} show={show} />}
        <Rows
          columns={columns}
          count={compared.count}
          voting={voting}
          onOpen={(column, row) => open("open", `${LETTERS[column]}:${row}`)}
          onDone={() => setFresh(true)}
        />
      </section>
      {voting?.named && <Result columns={columns} voting={voting} fresh={fresh} />}
      {opened && (
        <LargeView
          model={columns[opened.column]!.model}
          shown={columns[opened.column]!.shown!}
          at={opened.row}
          onMove={(row) => go(changed({ open: `${LETTERS[opened.column]}:${row}` }), true)}
          onClose={() => close("open")}
        />
      )}
    </>
  );
}
