// The form of the report: how many noises; Submit shows what the untrained generator makes of them, Predict the
// trained.
import type { Model } from "../../api/types";
import { changed, close, go, open, type Address } from "../../state/address";
import { markKey, useKeptOf } from "../../state/kept_of_model";
import type { Shown } from "../../state/shown";
import { ImageGrid } from "../../ui/images";
import { LargeView } from "../../ui/large_view";
import { USUAL_COUNT, noiseOf, useGenerated } from "./noise";
import { NoiseForm } from "./noise_form";

const USE =
  "Submit shows what the untrained generator makes of the noise, Predict what the trained one makes of the same.";

/** What is open is in the address: "trained:3", "untrained:0", or a marked image by its step and point. */
function openIn(text: string | null, sides: Record<string, Shown[] | null>): { side: string; at: number } | null {
  const [, side = "", rest = ""] = /^(\w+):(.*)$/.exec(text ?? "") ?? [];
  const shown = sides[side];
  const at = side === "marked" ? (shown ?? []).findIndex((one) => markKey(one) === rest) : Number(rest);
  return shown?.[at] ? { side, at } : null;
}

export function Generate({ model, address }: { model: Model; address: Address }) {
  const { query } = address;
  const noise = noiseOf(query);
  const wanted = query.get("show"); // "untrained", or "both" once Predict was asked for
  const generated = useGenerated(model, query, noise);
  const { marks } = useKeptOf(model.id);
  const marked: Shown[] = marks.map(({ png, ...mark }) => ({ ...mark, image: { png, class: mark.point.class } }));
  const sides = { untrained: generated.left, trained: generated.right, marked };
  const opened = openIn(query.get("open"), sides);
  const nameOf = (side: string, at: number) => (side === "marked" ? `marked:${markKey(marked[at]!)}` : `${side}:${at}`);
  const show = (side: string) => (at: number) => open("open", nameOf(side, at));
  const count = noise?.count ?? USUAL_COUNT;

  return (
    <>
      <h1>Generate</h1>
      <NoiseForm model={model} query={query} noise={noise} generated={generated} />
      <p role="status" class="quiet status">
        {generated.status || USE}
      </p>
      {noise && wanted && (
        <div class="pair">
          <section class="card" aria-labelledby="left-title">
            <h2 id="left-title">Untrained</h2>
            <ImageGrid model={model} shown={generated.left} count={count} marks={marks} onOpen={show("untrained")} />
          </section>
          <section class="card" aria-labelledby="right-title">
            <h2 id="right-title">Trained</h2>
            {wanted === "both" ? (
              <ImageGrid model={model} shown={generated.right} count={count} marks={marks} onOpen={show("trained")} />
            ) : (
              <p class="quiet">Press Predict to see what the trained generator makes of the same noise.</p>
            )}
          </section>
        </div>
      )}
      {!wanted && (
        <section class="card" aria-labelledby="first-title">
          <h2 id="first-title">What {model.id} makes</h2>
          <ImageGrid
            model={model}
            shown={generated.right}
            count={USUAL_COUNT}
            marks={marks}
            onOpen={show("trained")}
          />
        </section>
      )}
      {marked.length > 0 && (
        <section class="card" aria-labelledby="marked-title">
          <h2 id="marked-title">Marked best</h2>
          <ImageGrid model={model} shown={marked} count={marked.length} marks={[]} onOpen={show("marked")} />
        </section>
      )}
      {opened && (
        <LargeView
          model={model}
          shown={sides[opened.side as keyof typeof sides]!}
          at={opened.at}
          onMove={(at) => go(changed({ open: nameOf(opened.side, at) }), true)}
          onClose={() => close("open")}
        />
      )}
    </>
  );
}
