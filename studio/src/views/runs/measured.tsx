// What the last evaluation of a run and the last test of its features found, and the forms that start others, where the
// server may.
import { evaluateRun, testFeatures } from "limits";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { call } from "../../api/client";
import { useResource } from "../../api/resource";
import type { Answer, Run } from "../../api/types";
import { metricRows, warningsOf } from "../../core/evaluation";
import { grouped, wholeNumber } from "../../core/numbers";
import type { Trainer } from "./training";

const { count, bootstrap } = evaluateRun;
const USUAL_COUNT = 10_000; // a minute or two for a small model; of the 50,000 that papers take a fifth

type Protocol = Record<string, unknown>;

function Found({ found, protocol }: { found: Record<string, unknown>; protocol: Protocol }) {
  return (
    <>
      <table class="metrics">
        <tbody>
          {metricRows(found).map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class="right">{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {warningsOf(protocol).map((warning) => (
        <p key={warning} class="quiet">
          {warning}
        </p>
      ))}
      <details>
        <summary>Protocol</summary>
        <pre tabIndex={0}>{JSON.stringify(protocol, null, 2)}</pre>
      </details>
    </>
  );
}

interface FormProps {
  name: "evaluate" | "features"; // of the route
  run: Run;
  trainer: Trainer;
  verb: string;
  number: { label: string; usual: string; minimum: number; maximum: number }; // `usual` may be left empty
  check: string; // the check box's
  wanted: (given: number | null, checked: boolean) => object; // the request
}

function StartForm({ name, run, trainer, verb, number, check, wanted }: FormProps) {
  const [wrong, setWrong] = useState("");
  const [said, say] = useState("");
  const asked = trainer.training?.waiting.some(({ id }) => id === run.id);
  const start = async (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const text = String(given.get("number")).trim();
    const value = text || number.usual ? wholeNumber(text, number.minimum, number.maximum) : { value: null };
    setWrong("wrong" in value ? value.wrong : "");
    say("");
    if ("wrong" in value) return;
    try {
      await trainer.act(`runs/${run.id}/${name}`, wanted(value.value, given.get("check") !== null));
    } catch (error) {
      say((error as Error).message);
    }
  };
  return (
    <form class="row" noValidate onSubmit={start}>
      <label for={`${name}-number`}>{number.label}</label>
      <input
        id={`${name}-number`}
        name="number"
        class="number wide"
        inputMode="numeric"
        autocomplete="off"
        defaultValue={number.usual}
        placeholder={number.usual ? undefined : "all"}
        aria-invalid={Boolean(wrong)}
        aria-describedby={wrong ? `${name}-wrong` : undefined}
      />
      <label class="check">
        <input type="checkbox" name="check" />
        {check}
      </label>
      <button disabled={asked}>{verb}</button>
      {asked && <span class="quiet">It waits for its turn.</span>}
      {wrong && (
        <span id={`${name}-wrong`} class="wrong" role="alert">
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

/** What GET `address` says, asked again when `own` has ended; null where there is nothing yet. */
function useFound<Id extends "getEvaluation" | "getFeatures">(address: string, own: boolean) {
  return useResource(
    address,
    (signal) =>
      call<Answer<Id>>(address, undefined, { signal }).catch((error: { status?: number }) => {
        if (error.status === 404) return null;
        throw error;
      }),
    { version: String(own) },
  ).value;
}

interface CardProps {
  title: string;
  found: ComponentChildren; // null where there is nothing yet
  none: string;
  underWay: string | null;
  form: ComponentChildren; // null where the server may not
}

function MeasuredCard({ title, found, none, underWay, form }: CardProps) {
  if (!found && !form) return null;
  const id = `${title.toLowerCase()}-title`;
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {found ?? <p class="quiet">{none}</p>}
      {underWay && (
        <p role="status" class="quiet">
          {underWay}
        </p>
      )}
      {form}
    </section>
  );
}

interface Props {
  run: Run;
  trainer: Trainer;
}

const isOwn = ({ run, trainer }: Props, operation: string) =>
  trainer.training?.current?.id === run.id && trainer.training.current.operation === operation;
const mayStart = ({ run, trainer }: Props) =>
  trainer.training?.allowed && run.state !== "waiting" && run.state !== "running";

export function EvaluationCard(props: Props) {
  const own = isOwn(props, "evaluate");
  const value = useFound<"getEvaluation">(`runs/${props.run.id}/evaluation`, own);
  const form = mayStart(props) && (
    <StartForm
      {...props}
      name="evaluate"
      verb="Evaluate"
      number={{ label: "Images", usual: String(USUAL_COUNT), ...count }}
      check="error bars"
      wanted={(images, bars) => ({ count: images, ...(bars ? { bootstrap: Math.min(200, bootstrap.maximum) } : {}) })}
    />
  );
  return (
    <MeasuredCard
      title="Evaluation"
      found={value && <Found found={value.metrics} protocol={value.protocol} />}
      none="It was not evaluated from here yet."
      underWay={
        own ? `It is being evaluated; ${grouped(USUAL_COUNT)} images of a small model take a minute or two.` : null
      }
      form={form || null}
    />
  );
}

/** How well a linear classifier tells the data's classes by the discriminator's features. */
export function FeaturesCard(props: Props) {
  const own = isOwn(props, "features");
  const value = useFound<"getFeatures">(`runs/${props.run.id}/features`, own);
  const form = mayStart(props) && (
    <StartForm
      {...props}
      name="features"
      verb="Test the features"
      number={{ label: "Labels", usual: "", ...testFeatures.labels }}
      check="beside an untrained discriminator and raw pixels"
      wanted={(labels, baselines) => ({ no_baselines: !baselines, ...(labels ? { labels } : {}) })}
    />
  );
  return (
    <MeasuredCard
      title="Features"
      found={value && <Found found={value.results} protocol={value.protocol} />}
      none="How well a linear classifier tells the data's classes by the discriminator's features was not tested yet."
      underWay={own ? "They are being tested; all labels of a large data set take minutes." : null}
      form={form || null}
    />
  );
}
