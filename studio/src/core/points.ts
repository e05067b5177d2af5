// A point of a model's latent space, and what is generated from it: everything that an image depends on but the model.
// As text, in an address: SEED:INDEX, then what is not usual: 7:3:class=frog:truncation=0.5:network=untrained
import type { components } from "openapi";

type Sent = Extract<components["schemas"]["Point"], { index: number }>;

/** Image `index` of `seed`, of a class (where the model has classes), with a truncation (or none), by a network: the
 * trained one, unless it says otherwise. What is absent is left out here: null says the same to the server. */
export type Point = {
  [Key in keyof Pick<Sent, "seed" | "index" | "class" | "truncation" | "network">]: Exclude<Sent[Key], null>;
};
export type Network = NonNullable<Point["network"]>;

/** What makes up an address in the address stands escaped in a name. */
const escaped = (name: string): string =>
  name.replace(/[%,:=]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, "0")}`);

export function textOfPoint({ seed, index, class: label, truncation, network }: Point): string {
  return [
    `${seed}:${index}`,
    ...(label ? [`class=${escaped(label)}`] : []),
    ...(truncation ? [`truncation=${truncation}`] : []),
    ...(network === "untrained" ? ["network=untrained"] : []),
  ].join(":");
}

const counts = (text: string | undefined): boolean =>
  /^\d{1,16}$/.test(text ?? "") && Number.isSafeInteger(Number(text));

function unescaped(name: string): string | null {
  try {
    return decodeURIComponent(name);
  } catch {
    return null;
  }
}

/** Null for what is no point. */
export function pointOf(text: string): Point | null {
  const [seed, index, ...rest] = text.split(":");
  if (!counts(seed) || !counts(index)) return null;
  const point: Point = { seed: Number(seed), index: Number(index) };
  for (const part of rest) {
    const [name, value = ""] = part.split("=");
    if (name === "class") {
      const label = unescaped(value);
      if (!label) return null;
      point.class = label;
    } else if (name === "truncation" && Number(value) > 0 && Number.isFinite(Number(value)))
      point.truncation = Number(value);
    else if (name === "network" && value === "untrained") point.network = "untrained";
    else if (name !== "network" || value !== "trained") return null;
  }
  return point;
}

/** Points with commas between them; what is none is left out. */
export const pointsOf = (text: string | null): Point[] =>
  (text ?? "").split(",").flatMap((part) => pointOf(part) ?? []);
export const textOf = (points: Point[]): string => points.map(textOfPoint).join(",");
export const samePoint = (one: Point, other: Point): boolean => textOfPoint(one) === textOfPoint(other);

/** The point as a model with these classes can generate it: another model may lack its class, or want one. */
export function pointFor(classes: string[], { class: label, ...point }: Point): Point {
  if (!classes.length) return point;
  return { ...point, class: label !== undefined && classes.includes(label) ? label : classes[0]! };
}

/** What is not usual about a point, in words: "frog, truncation 0.5, untrained". */
export const peculiarities = ({ class: label, truncation, network }: Point): string =>
  [label, truncation && `truncation ${truncation}`, network === "untrained" && network].filter(Boolean).join(", ");

/** "seed 7, index 3, frog, truncation 0.5, untrained" */
export const describePoint = (point: Point): string =>
  [`seed ${point.seed}`, `index ${point.index}`, peculiarities(point)].filter(Boolean).join(", ");

/** The network of what is made of several points: the untrained one only where all are its. */
export const networkOf = (points: Point[]): Network =>
  points.length > 0 && points.every(({ network }) => network === "untrained") ? "untrained" : "trained";
