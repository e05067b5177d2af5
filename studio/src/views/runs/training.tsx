// Starting, stopping and resuming trainings, where the server was started with --allow-training.
import { Fragment } from "preact";
import { useState } from "preact/hooks";
import { call } from "../../api/client";
import { useResource } from "../../api/resource";
import type { Run, Training } from "../../api/types";
import { EMBEDDED } from "../../state/address";
import { Action } from "../../ui/action";
import { Link } from "../../ui/common";
import { short } from "../../core/numbers";
import { nounOf, participleOf } from "../../core/run_operations";
import { NotifyButton } from "./notify";

const LOOK = 2000; // milliseconds

/** What the server trains; `act` asks it for something and looks again. */
export interface Trainer {
  training: Training | null;
  act: (path: string, body?: object) => Promise<void>;
}

export function useTraining(): Trainer {
  const [asked, setAsked] = useState(0);
  const [allowed, setAllowed] = useState(false);
  // Where none may be started, none ever may while this server runs.
  const { value: training } = useResource("training", (signal) => call<Training>("training", undefined, { signal }), {
    version: asked,
    every: allowed ? LOOK : 0,
  });
  if (training?.allowed && !allowed && !EMBEDDED) setAllowed(true);
  const act = async (path: string, body: object = {}) => {
    try {
      await call(path, body);
    } finally {
      setAsked((count) => count + 1);
    }
  };
  return { training: training && { ...training, allowed: training.allowed && !EMBEDDED }, act };
}

function StopButton({ id, trainer }: { id: string; trainer: Trainer }) {
  const { stopping, operation } = trainer.training?.current ?? {};
  return (
    <Action
      text={!stopping ? `Stop ${id}` : operation === "train" ? "Saving and stopping …" : "Stopping …"}
      ask={() => trainer.act(`runs/${id}/stop`)}
      disabled={stopping}
    />
  );
}

/** Takes back what waits. */
function CancelButton({ id, trainer }: { id: string; trainer: Trainer }) {
  return <Action text={`Cancel ${id}`} ask={() => trainer.act(`runs/${id}/stop`)} />;
}

/** What the process of a run's training uses, and how busy the machine's GPUs are. */
function Use({ id, training }: { id: string; training: Training }) {
  const { current, others, gpus } = training;
  const { processors = null, memory_bytes = null } =
    (current?.id === id ? current : null) ?? others.find((other) => other.id === id) ?? {};
  if (processors === null || memory_bytes === null) return null;
  return (
    <span class="quiet">
      {processors.toFixed(1)} processors busy, {short(memory_bytes)}B of memory
      {gpus.map((gpu, i) => (
        <Fragment key={i}>
          ; <span title={gpu.name}>GPU{gpus.length > 1 ? ` ${i}` : ""}</span>{" "}
          {gpu.busy === null ? "" : `${Math.round(100 * gpu.busy)} % busy, `}
          {gpu.memory_bytes === null ? "" : `${short(gpu.memory_bytes)}B of its memory`}
        </Fragment>
      ))}
    </span>
  );
}

/** What is being trained from here, what waits, and why the last training failed. */
export function TrainingNotices({ trainer }: { trainer: Trainer }) {
  const { current, failed, waiting = [] } = trainer.training ?? {};
  return (
    <>
      {current && (
        <div class="notice row" role="status">
          <span>
            <Link to={`/runs/${current.id}`}>{current.id}</Link> is being {participleOf(current.operation)}.
          </span>
          <StopButton id={current.id} trainer={trainer} />
        </div>
      )}
      {waiting.map(({ id, operation }, i) => (
        <div key={id} class="notice row" role="status">
          <span>
            {id} waits to be {participleOf(operation)}: {i === 0 ? "it is the next" : `${i} before it`}.
          </span>
          <CancelButton id={id} trainer={trainer} />
        </div>
      ))}
      {failed && (
        <p class="notice" role="alert">
          The {nounOf(failed.operation)} of {failed.id} failed: {failed.detail}
        </p>
      )}
    </>
  );
}

/** Stop or resume, whichever a run's state allows, and another training like it. */
export function RunControls({ run, trainer }: { run: Run; trainer: Trainer }) {
  const { training, act } = trainer;
  if (!training?.allowed) return null;
  const own = training.current?.id === run.id;
  const waits = training.waiting.find(({ id }) => id === run.id);
  const failed = training.failed?.id === run.id ? training.failed : null;
  const ended = run.state === "stopped" || run.state === "failed" || run.state === "lost";
  const { resumable } = run;
  return (
    <p class="row">
      {own && <StopButton id={run.id} trainer={trainer} />}
      <Use id={run.id} training={training} />
      {waits && (
        <>
          <span role="status">It waits to be {participleOf(waits.operation)}.</span>
          <CancelButton id={run.id} trainer={trainer} />
        </>
      )}
      {!own && !waits && resumable && <Action text={`Resume ${run.id}`} ask={() => act(`runs/${run.id}/resume`)} />}
      {!own && ended && !resumable && <span class="quiet">It has no checkpoint to go on from: train it anew.</span>}
      {failed && (
        <span class="wrong" role="alert">
          It failed: {failed.detail}
        </span>
      )}
      <NotifyButton />
      <Link to={`/runs?new=1&like=${encodeURIComponent(run.id)}`}>Duplicate with changes</Link>
    </p>
  );
}
