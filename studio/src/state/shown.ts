// An image as the page shows it: what it was generated from, and by which model.
import type { GeneratedImage } from "../api/types";
import { describePoint, type Point } from "../core/points";

export interface Shown {
  image: GeneratedImage;
  point: Point;
  model: string;
  step: number | null; // of the model; null where it was not written down
}

/** "trained image 2, frog, seed 7" */
export const describe = ({ point }: Shown): string =>
  [
    `${point.network ?? "trained"} image ${point.index + 1}`,
    point.class,
    `seed ${point.seed}`,
    point.truncation && `truncation ${point.truncation}`,
  ]
    .filter(Boolean)
    .join(", ");

/** All that is needed to make it again, but the server. */
export const wholeDescription = (shown: Shown): string =>
  [shown.model, shown.step === null ? "" : `step ${shown.step}`, describePoint(shown.point)].filter(Boolean).join(", ");

/** Of its file, without the ending. */
export const fileName = ({ model, step, point }: Shown): string =>
  [
    model,
    step === null ? "" : `step${step}`,
    point.seed,
    point.index,
    point.class?.replace(/[^\w-]/g, "-"),
    point.truncation && `t${point.truncation}`,
    point.network === "untrained" && "untrained",
  ]
    .filter((part) => part || part === 0)
    .join("-");
