// Named directions as sliders, as an address holds them: NAME|STRENGTH|WITH|WITHOUT, with ";" between them, the two
// groups as points. A direction is the mean of its first group less that of its second: what computes it is the server.
import { pointsOf, textOf, type Point } from "./points";

export interface Direction {
  name: string;
  with: Point[];
  without: Point[];
}

export interface Slider extends Direction {
  strength: number; // times the direction
}

export const MAX_STRENGTH = 3; // to either side; farther out images fall apart
export const MAX_NAME = 40; // characters
const MOST = 1500; // characters of an address that sliders may take

const escaped = (text: string): string => text.replace(/[%;|]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
const unescaped = (text: string): string =>
  text.replace(/%(25|3b|7c)/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));

/** What an address says; what is kept elsewhere (`kept`, by its name) need not say its groups. What is neither there
 * nor kept is left out. */
export function slidersOf(text: string | null, kept: Direction[]): Slider[] {
  const said = new Map<string, Slider>();
  for (const part of (text ?? "").split(";").filter(Boolean)) {
    const [name = "", strength = "", one = "", other = ""] = part.split("|").map(unescaped);
    const groups = { with: pointsOf(one), without: pointsOf(other) };
    const own =
      groups.with.length && groups.without.length ? groups : kept.find((direction) => direction.name === name);
    if (!name || name.length > MAX_NAME || !own) continue;
    const value = Math.min(MAX_STRENGTH, Math.max(-MAX_STRENGTH, Number(strength) || 0));
    said.set(name, { name, with: own.with, without: own.without, strength: value });
  }
  const rest = kept.filter(({ name }) => !said.has(name)).map((direction) => ({ ...direction, strength: 0 }));
  const order = [...kept.map(({ name }) => name), ...said.keys()];
  return [...said.values(), ...rest].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}

const sameGroups = (one: Direction, other: Direction): boolean =>
  textOf(one.with) === textOf(other.with) && textOf(one.without) === textOf(other.without);

/** Whether exactly this direction is kept. */
export const isKept = (direction: Direction, kept: Direction[]): boolean =>
  kept.some((other) => other.name === direction.name && sameGroups(direction, other));

/** The address of sliders: those that are moved, and those that are nowhere else. Where that would be too long, those
 * that are kept go by their names alone. */
export function textOfSliders(sliders: Slider[], kept: Direction[]): string {
  const named = ({ name, strength }: Slider) => `${escaped(name)}|${strength}`;
  const whole = (slider: Slider) =>
    `${named(slider)}|${escaped(textOf(slider.with))}|${escaped(textOf(slider.without))}`;
  const wanted = sliders.filter((slider) => slider.strength !== 0 || !isKept(slider, kept));
  const text = wanted.map(whole).join(";");
  if (text.length <= MOST) return text;
  return wanted.map((slider) => (isKept(slider, kept) ? named(slider) : whole(slider))).join(";");
}
