// The training images nearest to an image: whether the generator has only learnt them by heart.
import { useEffect, useState } from "preact/hooks";
import { call, dataAddress, type Model, type Near } from "./api";
import { scaleFor, type Shown } from "./shown";

const COUNT = 5;

export function NearestImages({ model, shown, truncation }: { model: Model; shown: Shown; truncation?: number }) {
  const [found, setFound] = useState<{ data: string; near: Near[] } | null>(null);
  const [wrong, setWrong] = useState("");
  const { point, untrained, image } = shown;
  useEffect(() => {
    const control = new AbortController();
    setFound(null);
    setWrong("");
    const ask = { points: [point], count: COUNT, untrained, class: image.class, truncation };
    call<{ data: string; nearest: Near[][] }>(`models/${model.id}/nearest_images`, ask, { signal: control.signal })
      .then((answer) => setFound({ data: answer.data, near: answer.nearest[0]! }))
      .catch((error: Error) => control.signal.aborted || setWrong(error.message));
    return () => control.abort();
  }, [model.id, point.seed, point.index, untrained, image.class, truncation]);
  if (wrong) {
    return (
      <p class="wrong" role="alert">
        {wrong}
      </p>
    );
  }
  const scale = scaleFor(model.image.width, 72);
  return (
    <section aria-label="Nearest training images">
      <p class="quiet" role="status">
        {found ? `The nearest images of ${found.data}, by pixels:` : "Looking through the training images …"}
      </p>
      <ul class="near">
        {found?.near.map((one) => (
          <li key={one.index}>
            <img
              class="pixels"
              src={dataAddress(one)}
              width={model.image.width * scale}
              height={model.image.height * scale}
              alt={`training image ${one.index}${one.class ? `, ${one.class}` : ""}, distance ${one.distance.toFixed(2)}`}
            />
            <span class="quiet">{one.distance.toFixed(2)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
