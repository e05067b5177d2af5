// The form of the report: how many noises; Submit shows what the untrained generator makes of them, Predict the trained.
import { useState } from "preact/hooks";
import type { Address } from "./address";
import type { Model } from "./api";
import { noiseOf, useGenerated } from "./noise";
import { NoiseForm } from "./noise_form";
import { LargeView, ImageGrid, readBest } from "./images";

export function Generate({ model, address }: { model: Model; address: Address }) {
  const { query } = address;
  const noise = noiseOf(query);
  const wanted = query.get("show"); // "untrained", or "both" once Predict was asked for
  const generated = useGenerated(model, query, noise);
  const { left, right } = generated;
  const [open, setOpen] = useState<{ side: "left" | "right"; at: number } | null>(null);
  const [best, setBest] = useState(readBest);
  const shown = open && (open.side === "left" ? left : right);
  const count = noise?.count ?? 16;

  return (
    <>
      <h1>Generate</h1>
      <NoiseForm model={model} query={query} noise={noise} generated={generated} />
      <p role="status" class="quiet status">
        {generated.status || "Submit shows what the untrained generator makes of the noise, Predict what the trained one makes of the same."}
      </p>
      {noise && wanted && (
        <div class="pair">
          <section class="card" aria-labelledby="left-title">
            <h2 id="left-title">Untrained</h2>
            <ImageGrid model={model} shown={left} count={count} marked={{}} onOpen={(at) => setOpen({ side: "left", at })} />
          </section>
          <section class="card" aria-labelledby="right-title">
            <h2 id="right-title">Trained</h2>
            {wanted === "both" ? (
              <ImageGrid model={model} shown={right} count={count} marked={best} onOpen={(at) => setOpen({ side: "right", at })} />
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
