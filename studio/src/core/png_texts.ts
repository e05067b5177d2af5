// What a PNG says of where it came from (PNG, third edition, 11.3.3), and the address that shows it again.
import { generate } from "limits";

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];

/** The texts of a PNG by their names; null for what is none. What is damaged ends them. */
export function textsOf(bytes: Uint8Array): Record<string, string> | null {
  if (SIGNATURE.some((byte, i) => bytes[i] !== byte)) return null;
  const texts: Record<string, string> = {};
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    if (at + 12 + length > bytes.length) break;
    const kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const body = bytes.subarray(at + 8, at + 8 + length);
    const end = body.indexOf(0);
    const name = new TextDecoder("latin1").decode(body.subarray(0, Math.max(0, end)));
    if (kind === "tEXt" && end > 0) texts[name] = new TextDecoder("latin1").decode(body.subarray(end + 1));
    // Two bytes of compression, of which none is written; a language and the name in it, both ended by a zero.
    else if (kind === "iTXt" && end > 0 && body[end + 1] === 0) {
      const language = body.indexOf(0, end + 3);
      const translated = body.indexOf(0, language + 1);
      if (language > 0 && translated > 0) texts[name] = new TextDecoder().decode(body.subarray(translated + 1));
    }
    at += 12 + length;
  }
  return texts;
}

const counted = (text: string | undefined, most: number): number | null =>
  /^\d{1,16}$/.test(text ?? "") && Number(text) <= most ? Number(text) : null;

export const MAX_SHOWN = generate.count.maximum; // as many as Generate shows of a seed
const MAX_SEED = Number.MAX_SAFE_INTEGER;

/** Where an image with these texts is to be found, or what is in the way. */
export function placeOf(texts: Record<string, string> | null): { address: string } | { wrong: string } {
  if (!texts) return { wrong: "That is no PNG." };
  if (texts["Software"] !== "Ganymede" || !texts["Model"])
    return { wrong: "That PNG does not say which model it is from." };
  const query = new URLSearchParams({ model: texts["Model"] });
  if (texts["Step"]) query.set("step", texts["Step"]);
  const seed = counted(texts["Seed"], MAX_SEED);
  const index = counted(texts["Index"], MAX_SHOWN - 1);
  const count = counted(texts["Count"], MAX_SHOWN);
  if (seed === null) return { wrong: `That image of ${texts["Model"]} lies between points, and is none itself.` };
  if (index === null && count === null)
    return { wrong: `Image ${texts["Index"] ?? ""} of seed ${seed} is beyond what the page shows of a seed.` };
  query.set("count", String(count ?? Math.max(16, index! + 1)));
  query.set("seed", String(seed));
  // All in turn give an image the class it has by its number; a sheet says one where all are of it.
  if (texts["Class"]) query.set("class", texts["Class"]);
  if (texts["Truncation"]) query.set("truncation", texts["Truncation"]);
  const untrained = texts["Network"] === "untrained";
  query.set("show", untrained ? "untrained" : "both");
  if (index !== null) query.set("open", `${untrained ? "untrained" : "trained"}:${index}`);
  return { address: `/generate?${query}` };
}
