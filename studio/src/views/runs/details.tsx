// What is said of one run, here and in a report: how it stands, its recipe, where it was trained.
import type { RunDetails } from "../../api/types";
import { duration, grouped, rounded } from "../../core/numbers";
import { STATES } from "./table";

export function Recipe({ run }: { run: RunDetails }) {
  const shipped = new Set(run.shipped_toml.split("\n").map((line) => line.trim()));
  const lines = run.toml.split("\n");
  const differs = (line: string) => run.shipped_toml !== "" && line.trim() !== "" && !shipped.has(line.trim());
  return (
    <details class="card">
      <summary>Recipe{lines.some(differs) ? "; marked lines differ from the shipped one" : ""}</summary>
      <pre tabIndex={0}>
        {lines.map((line, i) => (
          <span key={i} class={differs(line) ? "differs" : ""}>
            {differs(line) ? "▸ " : "  "}
            {line}
            {"\n"}
          </span>
        ))}
      </pre>
    </details>
  );
}

export function Facts({ run }: { run: RunDetails }) {
  return (
    <p class="row facts" role="status">
      <span class={`state ${run.state}`}>{STATES[run.state]}</span>
      {run.why && <span class="wrong">{run.why}</span>}
      {run.health && <span class="wrong">{run.health}</span>}
      <span>{run.recipe}</span>
      <span>step {run.step === null ? "–" : grouped(run.step)}</span>
      {run.images_per_s !== null && <span>{rounded(run.images_per_s, 3)} images/s</span>}
      {run.seconds !== null && (
        <span>
          {duration(run.seconds)}
          {run.state === "done" ? " in all" : " so far"}
        </span>
      )}
      {run.seconds_left !== null && <span>{duration(run.seconds_left)} left</span>}
    </p>
  );
}

export function Environment({ run }: { run: RunDetails }) {
  return (
    <details class="card">
      <summary>Environment</summary>
      <pre tabIndex={0}>{JSON.stringify(run.environment, null, 2)}</pre>
    </details>
  );
}
