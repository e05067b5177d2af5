// The page without a server: the studio's two views of one model. What they ask, client.ts answers here.
import { useEffect, useState } from "preact/hooks";
import type { Model } from "../api/types";
import { changed, go, useAddress } from "../state/address";
import { Explore } from "../views/explore/explore";
import { Generate } from "../views/generate/generate";
import { onMade, type MadeBy } from "./client";

const VIEWS = [
  { name: "generate", title: "Generate" },
  { name: "explore", title: "Explore" },
];

/** Where the images are made; known when the first are there. */
function Device() {
  const [by, set] = useState<MadeBy | null>(null);
  useEffect(
    () => onMade((made) => set((old) => (old?.device === made.device && old.failure === made.failure ? old : made))),
    [],
  );
  if (!by) return null;
  return (
    <>
      {" "}
      {by.device === "WebGPU" ? "on its graphics processor (WebGPU)" : "on its processor (WebAssembly)"}
      {by.failure ? `, since WebGPU failed: ${by.failure}` : ""}
    </>
  );
}

export function App({ model }: { model: Model }) {
  const address = useAddress();
  // In the query: the folder may lie anywhere, and its host knows of no other address.
  const view = address.query.get("view") ?? "generate";
  useEffect(() => {
    document.title = `${model.id} - Ganymede`;
  }, [model.id]);
  const show = (name: string) => (event: MouseEvent) => {
    event.preventDefault();
    go(changed({ view: name, open: null }));
  };
  return (
    <>
      <a class="skip" href="#main">
        To the content
      </a>
      <header class="rail">
        <span class="brand">{model.id}</span>
        <nav aria-label="Views">
          {VIEWS.map(({ name, title }) => (
            <a
              key={name}
              href={changed({ view: name, open: null })}
              onClick={show(name)}
              aria-current={view === name ? "page" : undefined}
            >
              {title}
            </a>
          ))}
        </nav>
      </header>
      <main id="main" tabIndex={-1}>
        {view === "explore" ? (
          <Explore model={model} address={address} />
        ) : (
          <Generate model={model} address={address} />
        )}
        <p class="quiet">
          Everything here is computed in this browser, by ONNX Runtime Web
          <Device />; nothing is asked of any server but
          the files of this folder. {model.title}
        </p>
      </main>
    </>
  );
}
