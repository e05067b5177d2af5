// Images of the user's, and beside each what a model makes of it.
import { useState } from "preact/hooks";
import { call } from "../api/client";
import type { GeneratedImage, Model } from "../api/types";
import { chooseFiles, contentOf } from "./file_choice";
import { save, Thumbnail } from "./images";

const MOST = 16; // images of one request
const SIZE = 128; // pixels that they are shown at, about

interface Made {
  given: GeneratedImage[];
  images: GeneratedImage[];
  errors?: number[];
}

interface GivenImagesProps {
  model: Model;
  operation: "project" | "translate";
  most?: number;
  given: Model["image"]; // what the model's networks see of an image
  options?: object; // of the request
  verb: string; // "Translate"
  result: string; // "translated"
}

export function GivenImages({ model, operation, given, options, verb, result, most = MOST }: GivenImagesProps) {
  const [made, setMade] = useState<Made | null>(null);
  const [said, setSaid] = useState("");
  const [busy, setBusy] = useState(false);
  const ask = async (files: File[]) => {
    setSaid("");
    setBusy(true);
    try {
      const taken = files.slice(0, most);
      const read = await Promise.all(taken.map((file) => contentOf(file, taken.length)));
      const images = read.map(({ content }) => content);
      setMade(await call<Made>(`models/${model.id}/${operation}`, { ...options, images, format: "json" }));
      const smaller = read.filter((one) => one.smaller).length;
      const words = [
        files.length > most && `The first ${most} of ${files.length} images were taken.`,
        smaller > 0 && `${smaller} of ${images.length} were too large and sent as smaller JPEGs.`,
      ];
      setSaid(words.filter(Boolean).join(" "));
    } catch (error) {
      setSaid((error as Error).message);
    }
    setBusy(false);
  };
  return (
    <>
      <p class="row">
        <button
          type="button"
          class="primary"
          disabled={busy}
          onClick={() => chooseFiles("image/*", most > 1, (files) => void ask(files))}
        >
          {verb} {most > 1 ? "images" : "an image"} of yours
        </button>
        <span role="status" class="quiet">
          {busy ? "Under way…" : said}
        </span>
      </p>
      {made && (
        <ul class="given">
          {made.images.map((image, i) => (
            <li key={i}>
              <Thumbnail model={{ ...model, image: given }} image={made.given[i]} size={SIZE} alt={`image ${i + 1}`} />
              <Thumbnail model={model} image={image} size={SIZE} alt={`image ${i + 1}, ${result}`} />
              <button type="button" onClick={() => save(image, `${model.id}-${operation}-${i + 1}.png`)}>
                Save
              </button>
              {made.errors && <span class="quiet">mean square error {made.errors[i]!.toFixed(3)}</span>}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
