// The list of runs. Which are chosen is in the address.
import { blobOf } from "../../api/client";
import { useResource } from "../../api/resource";
import type { Run } from "../../api/types";
import { duration, grouped, rounded } from "../../core/numbers";
import type { Metrics } from "../../core/table";
import { changed, go } from "../../state/address";
import { useSmallCurves } from "../../state/runs";
import { Sparkline } from "../../ui/sparkline";
import { Link } from "../../ui/common";
import { scaleWithin, useSeen } from "../../ui/screen";
import { useEffect, useState } from "preact/hooks";

export const STATES = { waiting: "○ waiting", running: "● running", done: "✓ done", stopped: "■ stopped", failed: "✕ failed", lost: "? lost" };
const LOSSES = ["loss_d", "loss_g"] as const;
const SPARK_POINTS = 48;
const THUMB = 66; // pixels a thumbnail may take, as in the style sheet

/** The first images of a run's newest sample, asked for when they come into view. */
function RunThumbnail({ run }: { run: Run }) {
  const [place, seen] = useSeen<HTMLSpanElement>();
  const ask = async (signal: AbortSignal) => {
    const blob = await blobOf(`runs/${run.id}/thumbnail`, signal);
    const { width, height } = await createImageBitmap(blob);
    return { blob, width, height };
  };
  const { value } = useResource(seen && run.sample ? run.id : null, ask, { version: run.sample ?? "" });
  const [address, set] = useState("");
  useEffect(() => {
    if (!value) return;
    const made = URL.createObjectURL(value.blob);
    set(made);
    return () => URL.revokeObjectURL(made);
  }, [value]);
  const scale = value ? scaleWithin(Math.max(value.width, value.height), THUMB) : 1;
  return (
    <span ref={place} class="thumbnail">
      {value && address && <img class="pixels" src={address} alt="" style={{ width: `${value.width * scale}px`, height: `${value.height * scale}px` }} />}
    </span>
  );
}

function StateCell({ run }: { run: Run }) {
  return (
    <td class="state-cell">
      <span class={`state ${run.state}`}>{STATES[run.state]}</span>
      {run.progress !== null && run.state !== "done" && ` ${Math.floor(run.progress * 100)} %`}
      {run.why && <span class="why">{run.why}</span>}
      {run.health && <span class="why">{run.health}</span>}
    </td>
  );
}

function Row({ run, chosen, curves, toggle }: { run: Run; chosen: boolean; curves: Metrics | undefined; toggle: () => void }) {
  return (
    <tr>
      <td>
        <label class="choose">
          <input type="checkbox" checked={chosen} onChange={toggle} aria-label={`Choose ${run.id}`} />
        </label>
      </td>
      <td class="thumb">
        <RunThumbnail run={run} />
      </td>
      <th scope="row">
        <Link to={`/runs/${run.id}`} data-item="">
          {run.id}
        </Link>
      </th>
      <StateCell run={run} />
      <td>{run.recipe}</td>
      <td class="right">{run.step === null ? "–" : grouped(run.step)}</td>
      <td class="right">{rounded(run.images_per_s, 3)}</td>
      <td class="right">{run.seconds_left === null ? "–" : duration(run.seconds_left)}</td>
      <td class="sparks">
        {LOSSES.map((name) => (
          <Sparkline key={name} values={curves?.columns[name] ?? []} name={name === "loss_d" ? "discriminator loss" : "generator loss"} />
        ))}
      </td>
      <td class="right">{rounded(run.last["fid"], 3)}</td>
    </tr>
  );
}

const COLUMNS = [["Run"], ["State"], ["Recipe"], ["Step", "right"], ["Images/s", "right"], ["Left", "right"], ["Losses"], ["FID", "right"]] as const;

export function Table({ runs, query }: { runs: Run[]; query: URLSearchParams }) {
  const chosen = (query.get("chosen") ?? "").split(",").filter((id) => runs.some((run) => run.id === id));
  const choose = (ids: string[]) => go(changed({ chosen: ids.join(",") || null }), true);
  const toggle = (id: string) => choose(chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id]);
  const curves = useSmallCurves(runs, LOSSES, SPARK_POINTS);
  return (
    <>
      <p class="row">
        <button type="button" disabled={chosen.length < 2} onClick={() => go(`/runs/${chosen[0]}?with=${chosen.slice(1).join(",")}`)}>
          Compare {chosen.length >= 2 ? chosen.length : "chosen"} runs
        </button>
        <button type="button" disabled={!chosen.length} onClick={() => go(`/runs?samples=${chosen.join(",")}`)}>
          Their samples
        </button>
        {chosen.length > 0 && (
          <button type="button" onClick={() => choose([])}>
            Choose none
          </button>
        )}
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Table of runs">
        <table>
          <thead>
            <tr>
              <th scope="col">
                <span class="hidden">Choose</span>
              </th>
              <th scope="col">Sample</th>
              {COLUMNS.map(([title, name]) => (
                <th key={title} scope="col" class={name}>
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <Row key={run.id} run={run} chosen={chosen.includes(run.id)} curves={curves[run.id]} toggle={() => toggle(run.id)} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
