// The blind vote of an address, and what may be done with it.
import { orderOf, saltOf, tallyOf, textOfVotes, votesOf, type Tally, type Vote } from "../../core/votes";
import { changed, go } from "../../state/address";
import type { Compared } from "./compared";

export interface Voting {
  votes: Vote[]; // a row each
  tally: Tally;
  named: boolean; // the names are shown, and the vote is over
  order: (row: number) => number[]; // of which model the image at each place of the row is
  give: (row: number, vote: number) => Vote[]; // what the votes are then
}

/** Null where there is no vote, or it is one on other images. */
export function votingOf(compared: Compared, query: URLSearchParams): Voting | null {
  const places = compared.models.length;
  const salt = saltOf(query.get("vote"), compared.images);
  if (salt === null || places < 2) return null;
  const votes = votesOf(query.get("votes"), compared.count, places);
  const give = (row: number, vote: number): Vote[] => {
    const next = votes.map((one, i) => (i === row ? vote : one));
    const done = !next.includes(null);
    go(changed({ votes: textOfVotes(next), names: done ? "1" : null }), true);
    return next;
  };
  return {
    votes,
    tally: tallyOf(votes, salt, places),
    named: query.get("names") === "1",
    order: (row) => orderOf(salt, row, places),
    give,
  };
}
