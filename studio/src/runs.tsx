// The table of runs, and one run (or several, overlaid) as it trains.
import { useEffect, useMemo, useState } from "preact/hooks";
import { changed, go, type Address } from "./address";
import { blobAddress, call, listen, type Metrics, type Run, type RunDetails } from "./api";
import { Command, Link } from "./common";
import { Chart, Sparkline, type Curve } from "./chart";
import { duration, grouped, rounded } from "./numbers";
import { useWidth } from "./images";
import { NewTraining, RunControls, TrainingNotices, useTraining, type Trainer } from "./training";

const PANELS: { title: string; columns: [string, string][] }[] = [
  { title: "Losses", columns: [["loss_d", "discriminator"], ["loss_g", "generator"]] },
  { title: "Discriminator output", columns: [["d_real", "D(x), real"], ["d_fake", "D(G(z)), generated"]] },
  { title: "Fréchet inception distance", columns: [["fid", "FID"]] },
  { title: "Kernel inception distance", columns: [["kid", "KID"]] },
  { title: "Inception score", columns: [["is", "IS"]] },
  { title: "Fidelity and diversity", columns: [["precision", "precision"], ["recall", "recall"], ["density", "density"], ["coverage", "coverage"]] },
  { title: "Gradient norms", columns: [["grad_norm_d", "discriminator"], ["grad_norm_g", "generator"]] },
];
const STATES = { waiting: "○ waiting", running: "● running", done: "✓ done", stopped: "■ stopped", failed: "✕ failed", lost: "? lost" };
const RECENT = 20;
const LARGEST = 640; // pixels a sheet of samples is enlarged to

/** An image of a run, through the API: it may want a token. */
function RunImage({ run, name, alt }: { run: string; name: string; alt: string }) {
  const [address, set] = useState("");
  useEffect(() => {
    const stop = new AbortController();
    let made = "";
    blobAddress(`runs/${run}/samples/${name}`, stop.signal).then(
      (blob) => (stop.signal.aborted ? URL.revokeObjectURL(blob) : set((made = blob))),
      () => undefined,
    );
    return () => {
      stop.abort();
      // The next image replaces this one only when it is there: until then the old address must hold.
      if (made) setTimeout(() => URL.revokeObjectURL(made), 5000);
    };
  }, [run, name]);
  const [place, room] = useWidth<HTMLDivElement>();
  const [natural, setNatural] = useState(0);
  const width = natural && natural <= room ? natural * Math.max(1, Math.floor(Math.min(room, LARGEST) / natural)) : undefined;
  return (
    <div ref={place} class="sheet-of-run">
      {address && <img class="pixels" src={address} alt={alt} width={width} onLoad={(event) => setNatural(event.currentTarget.naturalWidth)} />}
    </div>
  );
}

/** What deserves a word, each with what to do about it. */
function warningsOf(metrics: Metrics | undefined): string[] {
  if (!metrics || metrics.rows < RECENT) return [];
  const mean = (name: string): number | null => {
    const values = metrics.columns[name]?.slice(-RECENT);
    if (!values?.length || values.some((value) => value === null)) return null;
    return values.reduce<number>((sum, value) => sum + value!, 0) / values.length;
  };
  const out: string[] = [];
  const [real, fake] = [mean("d_real"), mean("d_fake")];
  if (["loss_d", "loss_g"].some((name) => metrics.columns[name]?.at(-1) === null)) {
    out.push("A loss is no longer finite. Resume from the last checkpoint with a smaller learning rate.");
  }
  if (real !== null && fake !== null && real > 0.97 && fake < 0.03) {
    out.push("The discriminator tells real and generated apart without effort. Give it a smaller learning rate, or dropout, or spectral norm.");
  }
  if (real !== null && fake !== null && fake > 0.9 && real < 0.6) {
    out.push("The discriminator is fooled nearly always; the generator may have collapsed to a few images. Give the discriminator more steps.");
  }
  return out;
}

function useRuns(): { runs: Run[] | null; wrong: string } {
  const [state, set] = useState<{ runs: Run[] | null; wrong: string }>({ runs: null, wrong: "" });
  useEffect(() => {
    let timer = 0;
    let stopped = false;
    const look = async () => {
      await call<{ runs: Run[] }>("runs").then(
        ({ runs }) => stopped || set({ runs, wrong: "" }),
        (error: Error) => stopped || set((old) => ({ ...old, wrong: error.message })),
      );
      if (!stopped) timer = window.setTimeout(look, 3000);
    };
    void look();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, []);
  return state;
}

function Sparklines({ run }: { run: Run }) {
  const [metrics, set] = useState<Metrics | null>(null);
  // A finished run is read once; a running one when a good part has been added.
  const age = run.state === "running" ? Math.floor(Math.log2(run.rows + 1) * 8) : run.rows;
  useEffect(() => {
    const stop = new AbortController();
    call<Metrics>(`runs/${run.id}/metrics`, undefined, { signal: stop.signal }).then(set, () => undefined);
    return () => stop.abort();
  }, [run.id, age]);
  return (
    <>
      {(["loss_d", "loss_g"] as const).map((name) => (
        <Sparkline key={name} values={metrics?.columns[name] ?? []} name={name === "loss_d" ? "discriminator loss" : "generator loss"} />
      ))}
    </>
  );
}

function Table({ runs }: { runs: Run[] }) {
  const [chosen, choose] = useState<string[]>([]);
  const toggle = (id: string) => choose((old) => (old.includes(id) ? old.filter((other) => other !== id) : [...old, id]));
  return (
    <>
      <p class="row">
        <button type="button" disabled={chosen.length < 2} onClick={() => go(`/runs/${chosen[0]}?with=${chosen.slice(1).join(",")}`)}>
          Compare {chosen.length >= 2 ? chosen.length : "chosen"} runs
        </button>
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Table of runs">
        <table>
          <thead>
            <tr>
              <th scope="col">
                <span class="hidden">Choose</span>
              </th>
              <th scope="col">Sample</th>
              <th scope="col">Run</th>
              <th scope="col">Recipe</th>
              <th scope="col">State</th>
              <th scope="col" class="right">Step</th>
              <th scope="col" class="right">Images/s</th>
              <th scope="col" class="right">Left</th>
              <th scope="col">Losses</th>
              <th scope="col" class="right">FID</th>
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <tr key={run.id}>
                <td>
                  <input type="checkbox" checked={chosen.includes(run.id)} onChange={() => toggle(run.id)} aria-label={`Choose ${run.id}`} />
                </td>
                <td class="thumb">{run.sample && <RunImage run={run.id} name={run.sample} alt="" />}</td>
                <th scope="row">
                  <Link to={`/runs/${run.id}`}>{run.id}</Link>
                </th>
                <td>{run.recipe}</td>
                <td>
                  <span class={`state ${run.state}`} title={run.why ?? undefined}>
                    {STATES[run.state]}
                  </span>
                  {run.progress !== null && run.state !== "done" && ` ${Math.floor(run.progress * 100)} %`}
                </td>
                <td class="right">{run.step === null ? "–" : grouped(run.step)}</td>
                <td class="right">{rounded(run.images_per_s, 3)}</td>
                <td class="right">{run.seconds_left === null ? "–" : duration(run.seconds_left)}</td>
                <td class="sparks">
                  <Sparklines run={run} />
                </td>
                <td class="right">{rounded(run.last["fid"], 3)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function appended(old: Metrics | undefined, more: Metrics): Metrics {
  if (!old || more.first === 0) return more;
  const columns = Object.fromEntries(Object.entries(more.columns).map(([name, values]) => [name, [...(old.columns[name] ?? []).slice(0, more.first), ...values]]));
  return { first: 0, rows: more.rows, columns };
}

/** The metrics of runs, live. */
function useMetrics(ids: string[], onState: (state: Run) => void, onSamples: (samples: string[]) => void): { metrics: Record<string, Metrics>; lost: boolean } {
  const [metrics, set] = useState<Record<string, Metrics>>({});
  const [lost, setLost] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    ids.forEach((id, place) => {
      const onEvent = (name: string, data: unknown) => {
        if (name === "metrics") set((old) => ({ ...old, [id]: appended(old[id], data as Metrics) }));
        if (place > 0) return;
        if (name === "state") onState(data as Run);
        if (name === "samples") onSamples(data as string[]);
      };
      listen((rows) => `runs/${id}/events?rows=${rows}`, 0, onEvent, setLost, stop.signal).catch(() => setLost(true));
    });
    return () => stop.abort();
  }, [ids.join()]);
  return { metrics, lost };
}

function curvesOf(metrics: Record<string, Metrics>, ids: string[], columns: [string, string][]): Curve[] {
  return ids.flatMap((id) =>
    columns.flatMap(([column, label]) => {
      const known = metrics[id]?.columns;
      const y = known?.[column];
      const x = known?.["step"];
      if (!y?.some((value) => value !== null) || !x) return [];
      return [{ name: ids.length > 1 ? `${id}: ${label}` : label, x: x as number[], y }];
    }),
  );
}

function Recipe({ run }: { run: RunDetails }) {
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

function OneRun({ id, others, query, trainer }: { id: string; others: string[]; query: URLSearchParams; trainer: Trainer }) {
  const [run, set] = useState<RunDetails | null>(null);
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    const stop = new AbortController();
    set(null);
    call<RunDetails>(`runs/${id}`, undefined, { signal: stop.signal }).then(set, (error: Error) => stop.signal.aborted || setWrong(error.message));
    return () => stop.abort();
  }, [id]);
  const ids = [id, ...others];
  const { metrics, lost } = useMetrics(
    ids,
    (state) => set((old) => old && { ...old, ...state }),
    (samples) => set((old) => old && { ...old, samples }),
  );
  const panels = useMemo(() => PANELS.map(({ title, columns }) => ({ title, curves: curvesOf(metrics, ids, columns) })).filter(({ curves }) => curves.length), [metrics, ids.join()]);
  if (wrong) return <p class="notice">{wrong}</p>;
  if (!run) return null;
  const asked = run.samples.indexOf(query.get("sample") ?? "");
  const at = asked >= 0 ? asked : run.samples.length - 1;
  const sample = run.samples[at];
  const stepOf = (name: string) => Number(/\d+/.exec(name)?.[0] ?? 0);
  return (
    <>
      <h1>
        <Link to="/runs">Runs</Link> / {ids.join(" + ")}
      </h1>
      <p class="row facts" role="status">
        <span class={`state ${run.state}`}>{STATES[run.state]}</span>
        {run.why && <span class="wrong">{run.why}</span>}
        <span>{run.recipe}</span>
        <span>step {run.step === null ? "–" : grouped(run.step)}</span>
        {run.images_per_s !== null && <span>{rounded(run.images_per_s, 3)} images/s</span>}
        {run.seconds !== null && <span>{duration(run.seconds)}{run.state === "done" ? " in all" : " so far"}</span>}
        {run.seconds_left !== null && <span>{duration(run.seconds_left)} left</span>}
      </p>
      <RunControls run={run} trainer={trainer} />
      {run.state !== "done" && run.progress !== null && <progress value={run.progress} aria-label="progress" />}
      {lost && (
        <p class="notice" role="status">
          The connection is lost. What is here stays; it comes back by itself.
        </p>
      )}
      {warningsOf(metrics[id]).map((warning) => (
        <p key={warning} class="notice" role="status">
          {warning}
        </p>
      ))}
      <div class="pair">
        <section class="card" aria-labelledby="generated-title">
          <h2 id="generated-title">Generated</h2>
          {sample ? (
            <>
              <RunImage run={id} name={sample} alt={`samples of step ${stepOf(sample)}`} />
              <label class="field">
                Step {grouped(stepOf(sample))}
                <input
                  type="range"
                  min="0"
                  max={run.samples.length - 1}
                  value={at}
                  aria-valuetext={`step ${stepOf(sample)}`}
                  onInput={(event) => {
                    const to = Number(event.currentTarget.value);
                    go(changed({ sample: to === run.samples.length - 1 ? null : run.samples[to]! }), true);
                  }}
                />
              </label>
            </>
          ) : (
            <p class="quiet">No sample yet.</p>
          )}
        </section>
        <section class="card" aria-labelledby="real-title">
          <h2 id="real-title">Real</h2>
          {run.images.includes("real.png") ? <RunImage run={id} name="real.png" alt="real images" /> : <p class="quiet">None kept.</p>}
        </section>
      </div>
      <div class="charts">
        {panels.map(({ title, curves }) => (
          <section key={title} class="card">
            <Chart title={title} curves={curves} />
          </section>
        ))}
      </div>
      <p class="quiet">Drag over a chart to zoom; double click to see all.</p>
      <Recipe run={run} />
      <details class="card">
        <summary>Environment</summary>
        <pre tabIndex={0}>{JSON.stringify(run.environment, null, 2)}</pre>
      </details>
    </>
  );
}

export function Runs({ address }: { address: Address }) {
  const { runs, wrong } = useRuns();
  const trainer = useTraining();
  const id = address.parts[1];
  if (id) return <OneRun key={id} id={id} others={(address.query.get("with") ?? "").split(",").filter(Boolean)} query={address.query} trainer={trainer} />;
  return (
    <>
      <h1>Runs</h1>
      {wrong && <p class="notice">{wrong}</p>}
      <TrainingNotices trainer={trainer} />
      <NewTraining trainer={trainer} query={address.query} />
      {runs && !runs.length && (
        <section class="empty">
          <h2>No run yet</h2>
          <p>Start one; it appears here by itself.</p>
          <Command text="ganymede train shapes-hinge" />
        </section>
      )}
      {runs && runs.length > 0 && <Table runs={runs} />}
    </>
  );
}
