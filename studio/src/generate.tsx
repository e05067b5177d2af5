// The form of the report: how many noises; Submit shows what the untrained generator makes of them, Predict the trained.
import { useEffect, useRef, useState } from "preact/hooks";
import { changed, go, type Address } from "./address";
import { Problem, call, type Generated, type Model } from "./api";
import { MAX_SEED, anySeed, wholeNumber } from "./numbers";
import { LargeView, PictureGrid, readBest } from "./pictures";
import type { Shown } from "./shown";

const MOST = 16;
const MOST_AFTER_ALL = 64;

interface Noise {
  count: number;
  seed: number;
  class: string;
  truncation: string;
}

function noiseOf(query: URLSearchParams): Noise | null {
  const count = wholeNumber(query.get("count") ?? "", 1, MOST_AFTER_ALL);
  const seed = wholeNumber(query.get("seed") ?? "", 0, MAX_SEED);
  if ("wrong" in count || "wrong" in seed) return null;
  return { count: count.value, seed: seed.value, class: query.get("class") ?? "", truncation: query.get("truncation") ?? "" };
}

async function draw(model: Model, noise: Noise, untrained: boolean, signal: AbortSignal, onBusy: (seconds: number) => void): Promise<Shown[]> {
  const body = {
    count: noise.count,
    seed: noise.seed,
    untrained,
    format: "json",
    class: noise.class || undefined,
    truncation: noise.truncation ? Number(noise.truncation) : undefined,
  };
  const { pictures } = await call<Generated>(`models/${model.id}/generate`, body, { signal, onBusy });
  return pictures.map((picture, index) => ({ picture, point: { seed: noise.seed, index }, untrained }));
}

export function Generate({ model, address }: { model: Model; address: Address }) {
  const { query } = address;
  const noise = noiseOf(query);
  const wanted = query.get("show"); // "untrained", or "both" once Predict was asked for
  const more = query.get("more") === "1" || (noise !== null && noise.count > MOST);
  const most = more ? MOST_AFTER_ALL : MOST;

  const [text, setText] = useState(query.get("count") ?? "16");
  const [seedText, setSeedText] = useState(query.get("seed") ?? String(anySeed()));
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const [left, setLeft] = useState<Shown[] | null>(null);
  const [right, setRight] = useState<Shown[] | null>(null);
  const [status, setStatus] = useState("");
  const [open, setOpen] = useState<{ side: "left" | "right"; at: number } | null>(null);
  const [best, setBest] = useState(readBest);
  const field = useRef<HTMLInputElement>(null);
  const done = useRef({ left: "", right: "" });

  useEffect(() => {
    if (noise) {
      setText(String(noise.count));
      setSeedText(String(noise.seed));
    }
  }, [query.get("count"), query.get("seed")]);

  // What the address asks for is what is shown, whether it came from a button, a reload or a link.
  useEffect(() => {
    if (!noise || !wanted) return;
    const stop = new AbortController();
    const key = JSON.stringify([model.id, model.step, noise]);
    const busy = (seconds: number) => setStatus(`The server is busy; trying again in ${seconds} s.`);
    const begin = performance.now();
    const show = async () => {
      try {
        if (done.current.right !== key) {
          setRight(null);
          done.current.right = "";
        }
        const parts: Promise<void>[] = [];
        if (done.current.left !== key) {
          parts.push(draw(model, noise, true, stop.signal, busy).then((shown) => (setLeft(shown), void (done.current.left = key))));
        }
        if (wanted === "both" && done.current.right !== key) {
          parts.push(draw(model, noise, false, stop.signal, busy).then((shown) => (setRight(shown), void (done.current.right = key))));
        }
        if (!parts.length) return;
        await Promise.all(parts);
        setWrong({});
        setStatus(`${noise.count} ${noise.count === 1 ? "picture" : "pictures"} of seed ${noise.seed} in ${Math.round(performance.now() - begin)} ms.`);
      } catch (error) {
        if (stop.signal.aborted) return;
        if (error instanceof Problem && error.field) setWrong({ [error.field]: error.message });
        setStatus(error instanceof Error ? error.message : String(error));
      }
    };
    void show();
    return () => stop.abort();
  }, [model.id, model.step, query.toString()]);

  const ask = (show: "untrained" | "both") => {
    const count = wholeNumber(text, 1, most);
    const seed = wholeNumber(seedText, 0, MAX_SEED);
    const found: Record<string, string> = {};
    if ("wrong" in count) found["count"] = count.wrong;
    if ("wrong" in seed) found["seed"] = seed.wrong;
    setWrong(found);
    if ("wrong" in count || "wrong" in seed) {
      setStatus("");
      if ("wrong" in count) field.current?.focus();
      return;
    }
    go(changed({ model: model.id, count: String(count.value), seed: String(seed.value), show }));
  };
  const roll = () => {
    const seed = String(anySeed());
    setSeedText(seed);
    if (noise && wanted) go(changed({ seed }));
  };
  const shown = open && (open.side === "left" ? left : right);
  const count = noise?.count ?? 16;

  return (
    <>
      <h1>Generate</h1>
      <form
        class="card form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          ask((event.submitter as HTMLButtonElement | null)?.value === "predict" ? "both" : "untrained");
        }}
      >
        <div class="field">
          <label for="count">How many?</label>
          <span class="row">
            <input
              id="count"
              ref={field}
              class="number"
              inputMode="numeric"
              autocomplete="off"
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
              aria-invalid={"count" in wrong}
              aria-describedby={wrong["count"] ? "count-wrong" : "count-hint"}
            />
            <span id="count-hint" class="quiet">
              1 to {most}
            </span>
          </span>
          <label class="check">
            <input type="checkbox" checked={more} onChange={(event) => go(changed({ more: event.currentTarget.checked ? "1" : null, ...(noise && noise.count > MOST ? { count: "16" } : {}) }), true)} />
            more, up to {MOST_AFTER_ALL}
          </label>
          {wrong["count"] && (
            <p id="count-wrong" class="wrong" role="alert">
              {wrong["count"]}
            </p>
          )}
        </div>
        <div class="field">
          <label for="seed">Seed</label>
          <span class="row">
            <input
              id="seed"
              class="number wide"
              inputMode="numeric"
              autocomplete="off"
              value={seedText}
              onInput={(event) => setSeedText(event.currentTarget.value)}
              aria-invalid={"seed" in wrong}
              aria-describedby={wrong["seed"] ? "seed-wrong" : undefined}
            />
            <button type="button" onClick={roll} aria-label="Roll another seed" title="Roll another seed">
              ⚄
            </button>
          </span>
          {wrong["seed"] && (
            <p id="seed-wrong" class="wrong" role="alert">
              {wrong["seed"]}
            </p>
          )}
        </div>
        {model.classes.length > 0 && (
          <div class="field">
            <label for="class">Class</label>
            <select id="class" value={query.get("class") ?? ""} onChange={(event) => go(changed({ class: event.currentTarget.value || null }))}>
              <option value="">all in turn</option>
              {model.classes.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </div>
        )}
        <div class="field">
          <label for="truncation">Truncation {query.get("truncation") ? query.get("truncation") : "off"}</label>
          <input
            id="truncation"
            type="range"
            min="0.1"
            max="3"
            step="0.1"
            value={query.get("truncation") ?? "3"}
            aria-describedby="truncation-hint"
            onInput={(event) => go(changed({ truncation: event.currentTarget.value === "3" ? null : event.currentTarget.value }), true)}
          />
          <span id="truncation-hint" class="quiet">
            less: more alike, often better
          </span>
        </div>
        <div class="actions">
          <button value="submit">Submit</button>
          <button value="predict" class="primary">
            Predict
          </button>
        </div>
      </form>
      <p role="status" class="quiet status">
        {status || "Submit shows what the untrained generator makes of the noise, Predict what the trained one makes of the same."}
      </p>
      {noise && wanted && (
        <div class="pair">
          <section class="card" aria-labelledby="left-title">
            <h2 id="left-title">Untrained</h2>
            <PictureGrid model={model} shown={left} count={count} marked={{}} onOpen={(at) => setOpen({ side: "left", at })} />
          </section>
          <section class="card" aria-labelledby="right-title">
            <h2 id="right-title">Trained</h2>
            {wanted === "both" ? (
              <PictureGrid model={model} shown={right} count={count} marked={best} onOpen={(at) => setOpen({ side: "right", at })} />
            ) : (
              <p class="quiet">Press Predict to see what the trained generator makes of the same noise.</p>
            )}
          </section>
        </div>
      )}
      {open && shown?.[open.at] && <LargeView model={model} shown={shown} at={open.at} truncation={Number(query.get("truncation")) || undefined} onMove={(at) => setOpen(at === null ? null : { ...open, at })} onBest={setBest} />}
    </>
  );
}
