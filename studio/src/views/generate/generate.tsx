// The form of the report: how many noises; Submit shows what the untrained generator makes of them, Predict the
// trained.
import type { ComponentChildren } from "preact";
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

function Images({ id, title, children }: { id: string; title: string; children: ComponentChildren }) {
  return (
    <section class="card" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      {children}
    </section>
  );
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
          <Images id="left" title="Untrained">
            <ImageGrid {...{ model, marks, count }} shown={generated.left} onOpen={show("untrained")} />
          </Images>
          <Images id="right" title="Trained">
            {wanted === "both" ? (
              <ImageGrid {...{ model, marks, count }} shown={generated.right} onOpen={show("trained")} />
            ) : (
              <p class="quiet">Press Predict to see what the trained generator makes of the same noise.</p>
            )}
          </Images>
        </div>
      )}
      {!wanted && (
        <Images id="first" title={`What ${model.id} makes`}>
          <ImageGrid {...{ model, marks }} shown={generated.right} count={USUAL_COUNT} onOpen={show("trained")} />
        </Images>
      )}
      {marked.length > 0 && (
        <Images id="marked" title="Marked best">
          <ImageGrid model={model} shown={marked} count={marked.length} marks={[]} onOpen={show("marked")} />
        </Images>
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
