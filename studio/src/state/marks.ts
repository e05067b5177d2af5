// Images marked best, with what made each. They are kept by this browser, and shown with the model that made them.
import { pointOf, textOfPoint, type Point } from "../core/points";
import { readKept, useKept, writeKept } from "./kept";

export interface Mark {
  model: string;
  step: number | null; // null: marked by an earlier version of the page, which did not write it down
  point: Point;
  png: string; // base64: the model may go on and no longer generate it
}

const KEPT = "ganymede-marks";
const OLD = "ganymede-best"; // "MODEL SEED:INDEX" -> PNG

function old(): Mark[] {
  return Object.entries((readKept(OLD) ?? {}) as Record<string, string>).flatMap(([key, png]) => {
    const [model, text] = key.split(" ");
    const point = pointOf(text ?? "");
    return point ? [{ model: model!, step: null, point, png }] : [];
  });
}

export function readMarks(): Mark[] {
  const marks = readKept(KEPT);
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
  if (!writeKept(KEPT, rest.length < marks.length ? rest : [...rest, mark])) return false;
  localStorage.removeItem(OLD);
  return true;
}

/** All marks, also as other tabs make them. */
export const useMarks = (): Mark[] => useKept(readMarks);
