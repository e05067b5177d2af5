// Which images of the server's folder a training takes, and what was found there.
import { call } from "../../api/client";
import { useResource } from "../../api/resource";
import type { DataCheck } from "../../api/types";
import { counted, grouped } from "../../core/numbers";

interface ImagesFieldProps {
  images: string[];
  chosen: string;
  wrong: string | undefined;
  choose: (name: string) => void;
}

export function ImagesField({ images, chosen, wrong, choose }: ImagesFieldProps) {
  if (!images.length) return null;
  return (
    <div class="field">
      <label for="new-images">Images</label>
      <select id="new-images" value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
        <option value="">the recipe's</option>
        {images.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      {wrong && (
        <span class="wrong" role="alert">
          {wrong}
        </span>
      )}
    </div>
  );
}

const listed = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${grouped(count)}`)
    .join(", ");

function Found({ found }: { found: DataCheck }) {
  return (
    <>
      <p>
        {counted(found.images, "image")}
        {found.classes > 0 && `, ${grouped(found.classes)} class${found.classes === 1 ? "" : "es"}: `}
        {listed(found.of_class)}; {listed(found.of_size)}
      </p>
      {found.notes.map((note) => (
        <p key={note}>{note}</p>
      ))}
      {found.recipe && <p>The recipe makes of them: {found.recipe}</p>}
      {found.sheet && <img src={`data:image/png;base64,${found.sheet}`} alt="some images of each class" />}
    </>
  );
}

/** `body` is the request of the training, whose images are looked at. */
export function DataPreview({ body }: { body: object }) {
  const key = JSON.stringify(body);
  const { value, problem } = useResource(key, (signal) => call<DataCheck>("data/check", JSON.parse(key), { signal }));
  return (
    <div class="data-preview quiet" role="status">
      {value && <Found found={value} />}
      {problem && <p class="wrong">{problem.message}</p>}
      {!value && !problem && <p>The images are looked at …</p>}
    </div>
  );
}
