// Runs: the list of them, or one.
import { EMBEDDED, type Address } from "../../state/address";
import { useDone } from "../../state/bench";
import { useRuns } from "../../state/runs";
import { Command } from "../../ui/common";
import { DoneNotice } from "./bench_bar";
import { NewTraining } from "./new_training";
import { NotifyButton } from "./notify";
import { OneRun } from "./one_run";
import { Samples } from "./samples";
import { Table } from "./table";
import { Trash } from "./trash";
import { TrainingNotices, useTraining, type Trainer } from "./training";

const MAX_SAMPLED = 8; // runs side by side

function List({ query, trainer }: { query: URLSearchParams; trainer: Trainer }) {
  const { version } = useDone();
  const { value: runs, problem } = useRuns(version);
  const there = runs !== null && trainer.training !== null; // what comes later would move the rest
  return (
    <>
      <h1>Runs</h1>
      {problem && <p class="notice">{problem.message}</p>}
      {there && (
        <>
          <DoneNotice />
          <TrainingNotices trainer={trainer} />
          {trainer.training?.allowed && (
            <p class="row">
              <NotifyButton />
            </p>
          )}
          <NewTraining trainer={trainer} query={query} />
          {runs.length ? (
            <Table runs={runs} query={query} />
          ) : (
            <section class="empty">
              <h2>No run yet</h2>
              <p>Start one; it appears here by itself.</p>
              <Command text="ganymede train shapes-hinge" />
            </section>
          )}
          {!EMBEDDED && <Trash version={version} />}
        </>
      )}
    </>
  );
}

export function Runs({ address }: { address: Address }) {
  const trainer = useTraining();
  const id = address.parts[1];
  const samples = (address.query.get("samples") ?? "").split(",").filter(Boolean).slice(0, MAX_SAMPLED);
  if (!id && samples.length) return <Samples ids={samples} query={address.query} />;
  if (!id) return <List query={address.query} trainer={trainer} />;
  const others = [...new Set((address.query.get("with") ?? "").split(","))].filter((other) => other && other !== id);
  return <OneRun key={`${id} ${others.join()}`} id={id} others={others} query={address.query} trainer={trainer} />;
}
