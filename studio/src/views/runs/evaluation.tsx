// What the last evaluation of a run found, and the form that starts another, where the server may.
import { evaluateRun } from "limits";
import { useState } from "preact/hooks";
import { call } from "../../api/client";
import { useResource } from "../../api/resource";
import type { Answer, Run } from "../../api/types";
import { metricRows, warningsOf } from "../../core/evaluation";
import { grouped, wholeNumber } from "../../core/numbers";
import type { Trainer } from "./training";

const { count, bootstrap } = evaluateRun;
const USUAL_COUNT = 10_000; // a minute or two for a small model; of the 50,000 that papers take a fifth

type Evaluation = Answer<"getEvaluation">;

function Found({ found }: { found: Evaluation }) {
  return (
    <>
      <table class="metrics">
        <tbody>
          {metricRows(found.metrics).map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class="right">{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {warningsOf(found.protocol).map((warning) => (
        <p key={warning} class="quiet">
          {warning}
        </p>
      ))}
      <details>
        <summary>Protocol</summary>
        <pre tabIndex={0}>{JSON.stringify(found.protocol, null, 2)}</pre>
      </details>
    </>
  );
}

function EvaluationForm({ run, trainer }: { run: Run; trainer: Trainer }) {
  const [wrong, setWrong] = useState("");
  const [said, say] = useState("");
  const busy = trainer.training?.current != null;
  const start = async (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const images = wholeNumber(String(given.get("count")).trim(), count.minimum, count.maximum);
    setWrong("wrong" in images ? images.wrong : "");
    say("");
    if ("wrong" in images) return;
    const bars = given.get("bars") ? { bootstrap: Math.min(200, bootstrap.maximum) } : {};
    try {
      await trainer.act(`runs/${run.id}/evaluate`, { count: images.value, ...bars });
    } catch (error) {
      say((error as Error).message);
    }
  };
  return (
    <form class="row" noValidate onSubmit={start}>
      <label for="evaluate-count">Images</label>
      <input
        id="evaluate-count"
        name="count"
        class="number wide"
        inputMode="numeric"
        autocomplete="off"
        defaultValue={String(USUAL_COUNT)}
        aria-invalid={Boolean(wrong)}
        aria-describedby={wrong ? "evaluate-wrong" : undefined}
      />
      <label class="check">
        <input type="checkbox" name="bars" />
        error bars
      </label>
      <button disabled={busy}>Evaluate</button>
      {wrong && (
        <span id="evaluate-wrong" class="wrong" role="alert">
          {wrong}
        </span>
      )}
      {said && (
        <span class="wrong" role="alert">
          {said}
        </span>
      )}
    </form>
  );
}

export function EvaluationCard({ run, trainer }: { run: Run; trainer: Trainer }) {
  const { training } = trainer;
  const own = training?.current?.id === run.id && training.current.operation === "evaluate";
  // Asked again when one has ended.
  const { value } = useResource(
    `evaluation ${run.id}`,
    (signal) =>
      call<Evaluation>(`runs/${run.id}/evaluation`, undefined, { signal }).catch((error: { status?: number }) => {
        if (error.status === 404) return null;
        throw error;
      }),
    { version: String(own) },
  );
  const may = training?.allowed && run.state !== "waiting" && run.state !== "running";
  if (!value && !may) return null;
  return (
    <section class="card" aria-labelledby="evaluation-title">
      <h2 id="evaluation-title">Evaluation</h2>
      {value ? <Found found={value} /> : <p class="quiet">It was not evaluated from here yet.</p>}
      {own && (
        <p role="status" class="quiet">
          It is being evaluated; {grouped(USUAL_COUNT)} images of a small model take a minute or two.
        </p>
      )}
      {may && <EvaluationForm run={run} trainer={trainer} />}
    </section>
  );
}
