// What a blind vote came to.
import { useLayoutEffect, useRef } from "preact/hooks";
import { counted } from "../../core/numbers";
import { pairsOf, verdict } from "../../core/sign_test";
import type { Column } from "./compared";
import { LETTERS } from "./form";
import type { Voting } from "./voting";

interface ResultProps {
  columns: Column[];
  voting: Voting;
  fresh: boolean; // the names were shown just now: it is looked at first
}

export function Result({ columns, voting, fresh }: ResultProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    if (!fresh) return;
    heading.current!.focus({ preventScroll: true });
    heading.current!.scrollIntoView(); // what it heads, too
  }, []);
  const { counts, none, left } = voting.tally;
  const names = columns.map(({ model }, i) => `${LETTERS[i]} ${model.id}`);
  const pairs = pairsOf(counts);
  return (
    <section class="card" aria-labelledby="result-title">
      <h2 id="result-title" ref={heading} tabIndex={-1}>
        The vote
      </h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="Votes by model">
        <table class="tally">
          <thead>
            <tr>
              <th scope="col">Model</th>
              <th scope="col" class="right">
                Preferred
              </th>
            </tr>
          </thead>
          <tbody>
            {[...names.map((name, i) => [name, counts[i]!] as const), ["no preference", none] as const].map(
              ([name, count]) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td class="right">{count}</td>
                </tr>
              ),
            )}
          </tbody>
        </table>
      </div>
      {left > 0 && <p>No vote on {counted(left, "row")}.</p>}
      {pairs.map((pair) => (
        <p key={`${pair.more} ${pair.less}`}>{verdict(pair, names, pairs.length)}</p>
      ))}
      <p class="quiet">
        By the exact two-sided sign test over rows with a preference
        {pairs.length > 1 && `, times ${pairs.length} for as many pairs (Bonferroni)`}. It is of your eyes and this
        noise; what is measured on thousands of images is on the page of a run.
      </p>
    </section>
  );
}
