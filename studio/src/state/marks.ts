// Images marked best, with what made each. They are kept by this browser, and shown with the model that made them.
import { useEffect, useState } from "preact/hooks";
import { pointOf, textOfPoint, type Point } from "../core/points";

export interface Mark {
  model: string;
  step: number | null; // null: marked by an earlier version of the page, which did not write it down
  point: Point;
  png: string; // base64: the model may go on and no longer generate it
}

const KEPT = "ganymede-marks";
const OLD = "ganymede-best"; // "MODEL SEED:INDEX" -> PNG
const CHANGED = "marks-changed";

function read(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

function old(): Mark[] {
  return Object.entries((read(OLD) ?? {}) as Record<string, string>).flatMap(([key, png]) => {
    const [model, text] = key.split(" ");
    const point = pointOf(text ?? "");
    return point ? [{ model: model!, step: null, point, png }] : [];
  });
}

export function readMarks(): Mark[] {
  const marks = read(KEPT);
  return Array.isArray(marks) ? (marks as Mark[]) : old();
}

/** What tells a marked image of a model apart from its others: its step and its point. */
export const markKey = ({ step, point }: Pick<Mark, "step" | "point">): string => `${step ?? ""}@${textOfPoint(point)}`;
export const isMarked = (marks: Mark[], wanted: Omit<Mark, "png">): boolean =>
  marks.some((mark) => mark.model === wanted.model && markKey(mark) === markKey(wanted));

/** Marks an image, or no longer; false where this browser keeps nothing more. */
export function toggleMark(mark: Mark): boolean {
  const marks = readMarks();
  const rest = marks.filter((other) => other.model !== mark.model || markKey(other) !== markKey(mark));
  try {
    localStorage.setItem(KEPT, JSON.stringify(rest.length < marks.length ? rest : [...rest, mark]));
    localStorage.removeItem(OLD);
  } catch {
    return false;
  }
  dispatchEvent(new Event(CHANGED));
  return true;
}

/** All marks, also as other tabs make them. */
export function useMarks(): Mark[] {
  const [marks, set] = useState(readMarks);
  useEffect(() => {
    const update = () => set(readMarks());
    addEventListener(CHANGED, update);
    addEventListener("storage", update);
    return () => {
      removeEventListener(CHANGED, update);
      removeEventListener("storage", update);
    };
  }, []);
  return marks;
}
