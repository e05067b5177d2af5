// What the parts of Explore share: points as the model can generate them, and an operand with its exemplars.
import { useState } from "preact/hooks";
import { call } from "../../api/client";
import { useResource } from "../../api/resource";
import type { Generated, GeneratedImage, Model } from "../../api/types";
import {
  describePoint,
  peculiarities,
  pointFor,
  pointsOf,
  samePoint,
  textOfPoint,
  type Point,
} from "../../core/points";
import { rememberDrawn } from "../../state/drawn";
import { OPERAND_TITLES, toOperand, type Operand } from "../../state/operands";
import { Thumbnail } from "../../ui/images";

export const POINT_TYPE = "application/x-ganymede-point";

export type Groups = Record<Operand, Point[]>;
export const groupsOf = (groups: Groups, operands: readonly Operand[]): Partial<Groups> =>
  Object.fromEntries(operands.map((operand) => [operand, groups[operand]]));

/** What is explored is the noise: a model with classes makes one of them. */
export const classOf = (model: Model): string | undefined => {
  const asked = new URLSearchParams(location.search).get("class");
  return asked && model.classes.includes(asked) ? asked : model.classes[0];
};

/** The points of an address as this model can generate them. */
export const pointsFor = (model: Model, text: string | null): Point[] =>
  pointsOf(text).map((point) =>
    pointFor(model.classes, point.class || !model.classes.length ? point : { ...point, class: classOf(model) }),
  );

/** An answer of the model to `body`; what was there before stays until the next, and while there is none. */
export function useAnswer<T>(
  model: Model,
  operation: string,
  body: object | null,
  onAnswer?: () => void,
): { value: T | null; wrong: string } {
  const { value, problem } = useResource(
    body && `${model.id} ${operation}`,
    async (signal) => {
      const answer = await call<T>(`models/${model.id}/${operation}`, body!, { signal });
      onAnswer?.();
      return answer;
    },
    { version: JSON.stringify([model.step, body]) },
  );
  return { value, wrong: problem?.message ?? "" };
}

/** Images of points, in their order. */
export function useImagesOf(model: Model, points: Point[]): GeneratedImage[] | undefined {
  const remember = () => rememberDrawn(points.map((point) => ({ model: model.id, step: model.step, point })));
  const body = points.length ? { points, format: "json" } : null;
  return useAnswer<Generated>(model, "generate", body, remember).value?.images;
}

interface OperandProps {
  operand: Operand;
  model: Model;
  points: Point[];
  mean?: { image: GeneratedImage | undefined }; // its room is there before it is
}

const nameOf = (point: Point): string =>
  [`image ${point.index + 1} of seed ${point.seed}`, peculiarities(point)].filter(Boolean).join(", ");

export function OperandBox({ operand, model, points, mean }: OperandProps) {
  const images = useImagesOf(model, points);
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const point = pointsOf(event.dataTransfer?.getData(POINT_TYPE) ?? "")[0];
    if (point && !points.some((other) => samePoint(point, other))) toOperand(operand, point, null);
  };
  return (
    <section
      class={over ? "card operand over" : "card operand"}
      aria-label={`Operand ${OPERAND_TITLES[operand]}`}
      onDragOver={(event) => (event.preventDefault(), setOver(true))}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <h3>{OPERAND_TITLES[operand]}</h3>
      <div class="exemplars">
        {points.map((point, i) => (
          <button
            key={textOfPoint(point)}
            type="button"
            onClick={() => toOperand(operand, point, null)}
            title={describePoint(point)}
            aria-label={`Take ${nameOf(point)} out of ${OPERAND_TITLES[operand]}`}
          >
            <Thumbnail model={model} image={images?.[i]} size={32} />
          </button>
        ))}
        {points.length < 3 && (
          <p class="quiet">
            {points.length ? "Three exemplars average out what is each one's own." : "Drop or send images here."}
          </p>
        )}
      </div>
      {mean && (
        <figure>
          <Thumbnail model={model} image={mean.image} alt={`mean of ${OPERAND_TITLES[operand]}`} />
          <figcaption class="quiet">mean</figcaption>
        </figure>
      )}
    </section>
  );
}
