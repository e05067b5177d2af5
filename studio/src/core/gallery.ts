// The gallery's images by what made them: those drawn lately, as this browser remembers them, and those marked best;
// which of them an address asks for: from=MODEL&of=frog&best=yes&by=untrained&q=words&chosen=KEY,KEY
import { generate } from "limits";
import { grouped } from "./numbers";
import { describePoint, pointOf, samePoint, textOfPoint, type Network, type Point } from "./points";

export interface Made {
  model: string;
  step: number | null; // of the model when it was drawn or marked; null where it was not written down
  point: Point;
}

/** An image of the gallery. Of one that is marked there is the image itself, which the model may no longer make. */
export interface Entry extends Made {
  key: string;
  mark: { step: number | null; png: string } | null;
}

export const MOST_DRAWN = 500;
export const MOST_BESIDE = 8;
const CUT = generate.truncation;

const textOfMade = ({ model, point }: Made): string => `${encodeURIComponent(model)}@${textOfPoint(point)}`;

/** The newest first, each point of a model once: drawn again, it is of the step that it was drawn at last. */
export function withDrawn(before: Made[], drawn: Made[]): Made[] {
  const all = new Map<string, Made>();
  for (const one of [...drawn, ...before]) if (!all.has(textOfMade(one))) all.set(textOfMade(one), one);
  return [...all.values()].slice(0, MOST_DRAWN);
}

/** As it is remembered: points as texts, which take a third of the room. */
export const packed = (drawn: Made[]): unknown[] =>
  drawn.map(({ model, step, point }) => [model, step, textOfPoint(point)]);

function unpackedOne(one: unknown): Made[] {
  if (!Array.isArray(one)) return [];
  const [model, step, text] = one as unknown[];
  const point = typeof text === "string" ? pointOf(text) : null;
  if (typeof model !== "string" || !model || !point) return [];
  if (point.truncation !== undefined && (point.truncation < CUT.minimum || point.truncation > CUT.maximum)) return [];
  return [{ model, step: Number.isSafeInteger(step) ? (step as number) : null, point }];
}

/** What was remembered; what is none of it, as anybody may have written there, is left out. */
export const unpacked = (kept: unknown): Made[] =>
  Array.isArray(kept) ? withDrawn([], (kept as unknown[]).flatMap(unpackedOne)) : [];

type Marked = Made & { png: string };
type Served = { id: string; step: number };

/** Images drawn, then those that were only marked, the last one first; of models that are served. A drawn image that
 * is marked is there once: at the step it was drawn, or at that of the model now, of which it is shown. */
export function entriesOf(drawn: Made[], marks: Marked[], models: Served[]): Entry[] {
  const steps = new Map(models.map(({ id, step }) => [id, step]));
  const of = new Map<string, Marked[]>();
  for (const mark of marks) of.set(textOfMade(mark), [...(of.get(textOfMade(mark)) ?? []), mark]);
  const within = new Set<Marked>();
  const found = drawn.flatMap((one): Entry[] => {
    const now = steps.get(one.model);
    if (now === undefined) return [];
    const key = textOfMade(one);
    const same = (of.get(key) ?? []).filter(({ step }) => step === now || step === one.step);
    same.forEach((mark) => within.add(mark));
    const mark = same.find(({ step }) => step === now) ?? same[0] ?? null;
    return [{ ...one, key, mark }];
  });
  const alone = marks.filter((mark) => steps.has(mark.model) && !within.has(mark)).reverse();
  return [...found, ...alone.map((mark) => ({ ...mark, key: `${textOfMade(mark)}@${mark.step ?? ""}`, mark }))];
}

export const networkOfEntry = ({ point }: Made): Network => point.network ?? "trained";

/** "tiny, seed 7, index 3, frog, untrained" */
export const captionOf = ({ model, point }: Made): string => `${model}, ${describePoint(point)}`;

/** What is to be said where the model has gone on; empty where it has not. */
export function stepNote({ step, mark }: Entry, now: number): string {
  const of = mark ? mark.step : step;
  if (of === null || of === now) return "";
  return `${mark ? "marked" : "drawn"} at step ${grouped(of)}; the model is at ${grouped(now)} now`;
}

export interface Filter {
  from: string; // a model; empty: of any
  of: string; // a class
  best: "" | "yes" | "no"; // marked or not
  by: "" | Network;
  q: string; // words of the caption
}

export const FILTERS = ["from", "of", "best", "by", "q"] as const;

export function filterOf(query: URLSearchParams): Filter {
  const given = (name: string) => query.get(name) ?? "";
  const [best, by] = [given("best"), given("by")];
  return {
    from: given("from"),
    of: given("of"),
    best: best === "yes" || best === "no" ? best : "",
    by: by === "trained" || by === "untrained" ? by : "",
    q: given("q"),
  };
}

export function fitting(entries: Entry[], { from, of, best, by, q }: Filter): Entry[] {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter((one) => {
    if ((from && one.model !== from) || (of && one.point.class !== of)) return false;
    if (best && (best === "yes") !== (one.mark !== null)) return false;
    if (by && networkOfEntry(one) !== by) return false;
    const caption = captionOf(one).toLowerCase();
    return words.every((word) => caption.includes(word));
  });
}

/** Those of an address, in its order. One that is not here, as of another browser's link, is what its key says. */
export function chosenOf(text: string | null, entries: Entry[], models: Served[]): Entry[] {
  const keys = [...new Set((text ?? "").split(",").filter(Boolean))];
  return keys.flatMap((key): Entry[] => {
    const here = entries.find((one) => one.key === key);
    if (here) return [here];
    const [, id = "", point = ""] = /^([^@]*)@(.*?)(?:@\d*)?$/.exec(key) ?? [];
    const model = models.find((one) => encodeURIComponent(one.id) === id);
    const found = pointOf(point);
    return model && found ? [{ key, model: model.id, step: null, point: found, mark: null }] : [];
  });
}

/** What is to be asked of each model: by 64 at most, each point once. */
export function requestsFor(entries: Entry[], most: number): { model: string; points: Point[] }[] {
  const by = new Map<string, Point[]>();
  for (const { model, point } of entries) {
    const points = by.get(model) ?? [];
    if (!points.some((other) => samePoint(other, point))) points.push(point);
    by.set(model, points);
  }
  return [...by].flatMap(([model, points]) =>
    Array.from({ length: Math.ceil(points.length / most) }, (_, i) => ({
      model,
      points: points.slice(i * most, (i + 1) * most),
    })),
  );
}
