// What is kept of a model: named directions, and images marked best with what made each. The server keeps them with the
// model; where its folder cannot be written, or there is no server, this browser does. What an earlier version of the
// page kept in the browser moves to the server when it is seen.
import { useEffect } from "preact/hooks";
import { HAS_SERVER, Problem, call } from "../api/client";
import { useResource } from "../api/resource";
import type { KeptOfModel } from "../api/types";
import { pointOf, textOfPoint, type Point } from "../core/points";
import type { Direction } from "../core/sliders";
import { EMBEDDED } from "./address";
import { readKept, useKept, writeKept } from "./kept";

export interface KeptDirection extends Direction {
  model: string;
  step: number; // of the model when it was kept
}

export interface Mark {
  model: string;
  step: number | null; // null: marked by an earlier version of the page, which did not write it down
  point: Point;
  png: string; // base64: the model may go on and no longer generate it
}

export interface Kept {
  directions: KeptDirection[];
  marks: Mark[];
}

const DIRECTIONS = "ganymede-directions";
const MARKS = "ganymede-marks";
const OLD_MARKS = "ganymede-best"; // "MODEL SEED:INDEX" -> PNG
const CHANGES = "ganymede-changes"; // counts them, for other tabs
const FORBIDDEN = 403;

const list = <T>(name: string): T[] => {
  const kept = readKept(name);
  return Array.isArray(kept) ? (kept as T[]) : [];
};

function oldMarks(): Mark[] {
  return Object.entries((readKept(OLD_MARKS) ?? {}) as Record<string, string>).flatMap(([key, png]) => {
    const [model, text] = key.split(" ");
    const point = pointOf(text ?? "");
    return point ? [{ model: model!, step: null, point, png }] : [];
  });
}

const readBrowser = (): Kept => ({
  directions: list<KeptDirection>(DIRECTIONS),
  marks: Array.isArray(readKept(MARKS)) ? list<Mark>(MARKS) : oldMarks(),
});

/** False where this browser keeps nothing more. */
function writeBrowser({ directions, marks }: Kept): boolean {
  if (!writeKept(DIRECTIONS, directions) || !writeKept(MARKS, marks)) return false;
  localStorage.removeItem(OLD_MARKS);
  return true;
}

/** What tells a marked image of a model apart from its others: its step and its point. */
export const markKey = ({ step, point }: Pick<Mark, "step" | "point">): string => `${step ?? ""}@${textOfPoint(point)}`;
export const isMarked = (marks: Mark[], wanted: Omit<Mark, "png">): boolean =>
  marks.some((mark) => mark.model === wanted.model && markKey(mark) === markKey(wanted));

const sameMark = (one: Omit<Mark, "png">) => (other: Mark) =>
  other.model === one.model && markKey(other) === markKey(one);
const sameDirection = (one: { model: string; name: string }) => (other: KeptDirection) =>
  other.model === one.model && other.name === one.name;

/** What the server keeps, as the page speaks of it; a point that is no image of a seed is left out. */
function ofServer(model: string, { directions, marks }: KeptOfModel): Kept {
  const isPoint = (point: object): point is Point => "seed" in point && "index" in point;
  return {
    directions: directions.flatMap((one) => {
      const { with: to, without: from } = one;
      return to.every(isPoint) && from.every(isPoint) ? [{ ...one, model, with: to, without: from }] : [];
    }),
    marks: marks.flatMap((one) => (isPoint(one.point) ? [{ ...one, model, point: one.point }] : [])),
  };
}

const changed = (): boolean => writeKept(CHANGES, Number(readKept(CHANGES) ?? 0) + 1);
const useChanges = (): number => useKept(() => Number(readKept(CHANGES) ?? 0));

const markBody = ({ step, point }: Omit<Mark, "png">) => ({ ...point, ...(step === null ? {} : { step }) });
const directionBody = ({ name, step, with: to, without: from }: KeptDirection) => ({
  name,
  step,
  with: to,
  without: from,
});

const moving = new Set<string>();

/** Gives the server what this browser kept of a model, each once; what it refuses stays here. */
async function move(model: string, own: Kept): Promise<void> {
  if (moving.has(model)) return;
  moving.add(model);
  const moved: Kept = { directions: [], marks: [] };
  try {
    for (const one of own.directions) {
      await call(`models/${model}/directions/keep`, directionBody(one));
      moved.directions.push(one);
    }
    for (const one of own.marks) {
      await call(`models/${model}/marks/keep`, { ...markBody(one), png: one.png });
      moved.marks.push(one);
    }
  } catch {
    return; // `moving` still has the model: it is tried again when the page is opened again
  } finally {
    const all = readBrowser();
    writeBrowser({
      directions: all.directions.filter((one) => !moved.directions.some(sameDirection(one))),
      marks: all.marks.filter((one) => !moved.marks.some(sameMark(one))),
    });
    changed();
  }
  moving.delete(model);
}

/** All that is kept of a model, also as other tabs keep it. */
export function useKeptOf(model: string): Kept {
  const version = useChanges();
  const ask = (signal: AbortSignal) => call<KeptOfModel>(`models/${model}/kept`, undefined, { signal });
  const server = useResource(HAS_SERVER && model ? `${model} kept` : null, ask, { version }).value;
  const all = useKept(readBrowser);
  const own = {
    directions: all.directions.filter((one) => one.model === model),
    marks: all.marks.filter((one) => one.model === model),
  };
  const moves = Boolean(server?.keeps) && !EMBEDDED && own.directions.length + own.marks.length > 0;
  useEffect(() => {
    if (moves) void move(model, own);
  }, [moves, model]);
  if (!server) return own;
  const kept = ofServer(model, server);
  return {
    directions: [...kept.directions, ...own.directions.filter((one) => !kept.directions.some(sameDirection(one)))],
    marks: [...kept.marks, ...own.marks.filter((one) => !kept.marks.some(sameMark(one)))],
  };
}

const AT_ONCE = 4; // requests: the browser has six, and images are asked for meanwhile

/** Marks of all these models; null before they are known. Those of one that cannot be asked are left out. */
export function useMarksOf(models: string[]): Mark[] | null {
  const version = useChanges();
  const own = useKept(readBrowser).marks;
  const ask = async (signal: AbortSignal): Promise<Mark[]> => {
    const found = new Map<string, Mark[]>();
    const left = [...models];
    const work = async () => {
      for (let model = left.shift(); model !== undefined; model = left.shift())
        try {
          found.set(
            model,
            ofServer(model, await call<KeptOfModel>(`models/${model}/kept`, undefined, { signal })).marks,
          );
        } catch (error) {
          if (!(error instanceof Problem) || error.status === 0) throw error;
        }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return models.flatMap((model) => found.get(model) ?? []);
  };
  const { value } = useResource("marks", ask, { version: [version, ...models].join() });
  return value && [...value, ...own.filter((one) => !value.some(sameMark(one)))];
}

/** Asks the server; true where it did, false where it keeps nothing. Throws what else is wrong. */
async function byServer(path: string, body: object): Promise<boolean> {
  if (!HAS_SERVER) return false;
  try {
    await call(path, body);
  } catch (error) {
    if (error instanceof Problem && error.status === FORBIDDEN) return false;
    throw error;
  }
  changed();
  return true;
}

const ALONE = "by this browser alone";
const said = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Keeps a direction, in the place of another one of its name; what was done, in words. */
export async function keepDirection(direction: KeptDirection, kept: KeptDirection[]): Promise<string> {
  const instead = kept.some(sameDirection(direction)) ? ", in the place of another" : "";
  try {
    if (await byServer(`models/${direction.model}/directions/keep`, directionBody(direction)))
      return `${direction.name} is kept${instead}.`;
  } catch (error) {
    return said(error);
  }
  const all = readBrowser();
  const rest = all.directions.filter((other) => !sameDirection(direction)(other));
  if (!writeBrowser({ ...all, directions: [...rest, direction] })) return "This browser keeps no more directions.";
  return `${direction.name} is kept${instead}${HAS_SERVER ? `, ${ALONE}` : ""}.`;
}

/** Keeps a direction no longer; throws, and keeps it, where the server cannot be told. */
export async function forgetDirection(one: { model: string; name: string }): Promise<void> {
  await byServer(`models/${one.model}/directions/forget`, { name: one.name });
  const all = readBrowser();
  writeBrowser({ ...all, directions: all.directions.filter((other) => !sameDirection(one)(other)) });
}

/** Marks an image, or no longer; what was done, in words. */
export async function toggleMark(mark: Mark, marked: boolean): Promise<string> {
  const all = readBrowser();
  const rest = all.marks.filter((other) => !sameMark(mark)(other));
  if (rest.length < all.marks.length) writeBrowser({ ...all, marks: rest });
  const body = marked ? markBody(mark) : { ...markBody(mark), png: mark.png };
  try {
    if (await byServer(`models/${mark.model}/marks/${marked ? "forget" : "keep"}`, body))
      return marked ? "No longer marked best." : "Marked best.";
  } catch (error) {
    return said(error);
  }
  if (marked) return "No longer marked best.";
  if (!writeBrowser({ ...all, marks: [...rest, mark] })) return "This browser keeps no more marked images.";
  return HAS_SERVER ? `Marked best, ${ALONE}.` : "Marked best.";
}
