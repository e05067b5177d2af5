// The shell: where one can go, the chosen model, the theme, and the token where the server wants one.
import { useEffect, useRef, useState } from "preact/hooks";
import { NEEDS_TOKEN, setToken } from "../api/client";
import { useLost } from "../api/connection";
import type { Model } from "../api/types";
import { grouped } from "../core/numbers";
import { EMBEDDED, changed, go, pathname, useAddress, type Address } from "../state/address";
import { useModel, useModels } from "../state/models";
import { useNotices } from "../state/notices";
import { Link, NoModels } from "../ui/common";
import { Compare } from "../views/compare/compare";
import { Explore } from "../views/explore/explore";
import { Gallery } from "../views/gallery/gallery";
import { Generate } from "../views/generate/generate";
import { Models } from "../views/models/models";
import { Runs } from "../views/runs/runs";
import { Commands } from "./commands";

const VIEWS = [
  { name: "generate", title: "Generate", path: "M3 3h6v6H3zM11 3h6v6h-6zM3 11h6v6H3zM11 11h6v6h-6z" },
  { name: "explore", title: "Explore", path: "M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16zm3.5 4.5-2 5-5 2 2-5z" },
  { name: "compare", title: "Compare", path: "M2 4h7v12H2zM11 4h7v12h-7zm1.5 1.5v9h4v-9z" },
  { name: "gallery", title: "Gallery", path: "M2 3h16v14H2zM4 5v10h12V5zM5 14l3-4 2 2 3-4 2.5 6z" },
  { name: "runs", title: "Runs", path: "M2 15l5-6 4 3 7-9v3l-7 9-4-3-5 6z" },
  { name: "models", title: "Models", path: "M10 2l8 4-8 4-8-4zM2 10l8 4 8-4v2l-8 4-8-4z" },
];

const THEMES = ["system", "light", "dark"] as const;

function Icon({ path }: { path: string }) {
  return (
    <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      <path d={path} fill="currentColor" />
    </svg>
  );
}

function useTheme(): [string, (theme: string) => void] {
  const [theme, set] = useState(() => (EMBEDDED ? null : localStorage.getItem("theme")) ?? "system");
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
    if (!EMBEDDED) localStorage.setItem("theme", theme); // a frame may have no storage
  }, [theme]);
  return [theme, set];
}

function Theme({ theme, set }: { theme: string; set: (theme: string) => void }) {
  return (
    <label class="theme">
      <span>Theme</span>
      <select value={theme} onChange={(event) => set(event.currentTarget.value)}>
        {THEMES.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}

function TokenDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const ask = () => dialog.current?.open || dialog.current?.showModal();
    addEventListener(NEEDS_TOKEN, ask);
    return () => removeEventListener(NEEDS_TOKEN, ask);
  }, []);
  const accept = (event: SubmitEvent) => {
    event.preventDefault();
    setToken(String(new FormData(event.currentTarget as HTMLFormElement).get("token")).trim());
    location.reload();
  };
  return (
    <dialog ref={dialog} class="small" aria-labelledby="token-title">
      <h2 id="token-title">This server wants a token</h2>
      <p>It is the first line of the file that the server was started with.</p>
      <form onSubmit={accept}>
        <label for="token">Token</label>
        <input id="token" name="token" type="password" required autocomplete="off" />
        <button class="primary">Continue</button>
      </form>
    </dialog>
  );
}

function OtherStep({ model, of }: { model: Model; of: number }) {
  return (
    <p class="notice row" role="status">
      This address is of step {grouped(of)}; {model.id} is at step {grouped(model.step)} now, and so are the images.
      <button type="button" onClick={() => go(changed({ step: String(model.step) }), true)}>
        All right
      </button>
    </p>
  );
}

function Views({ view, query }: { view: string; query: string }) {
  return (
    <nav aria-label="Views">
      {VIEWS.map(({ name, title, path }) => (
        <Link key={name} to={`/${name}${query}`} aria-current={view === name ? "page" : undefined}>
          <Icon path={path} />
          {title}
        </Link>
      ))}
    </nav>
  );
}

interface ModelChoiceProps {
  models: Model[] | null;
  model: Model | undefined;
  wanted: string | null;
}

function ModelChoice({ models, model, wanted }: ModelChoiceProps) {
  return (
    <label class="model">
      <span>Model</span>
      <select
        value={model?.id ?? ""}
        disabled={!models?.length}
        onChange={(event) => go(changed({ model: event.currentTarget.value, step: null, open: null }))}
      >
        {wanted && !model && <option value="">{wanted} (gone)</option>}
        {models?.map(({ id }) => <option key={id}>{id}</option>)}
      </select>
    </label>
  );
}

interface ViewProps {
  view: string;
  address: Address;
  models: Model[] | null;
  model: Model | undefined;
}

function View({ view, address, models, model }: ViewProps) {
  if (view === "runs") return <Runs address={address} />;
  if (view === "models") return <Models address={address} models={models} />;
  if (models === null) return null;
  if (view === "gallery") return <Gallery models={models} address={address} />;
  if (model?.translates)
    return (
      <section class="empty">
        <h2>{model.id} translates images</h2>
        <p>
          It generates nothing from noise. <Link to={`/models/${model.id}`}>Give it images</Link>
        </p>
      </section>
    );
  if (!models.length) return <NoModels />;
  if (!model)
    return (
      <section class="empty">
        <h2>There is no model '{address.query.get("model")}'</h2>
        <p>Choose another one.</p>
      </section>
    );
  if (view === "explore") return <Explore key={model.id} model={model} address={address} />;
  if (view === "compare")
    return <Compare models={models.filter(({ translates }) => !translates)} model={model} address={address} />;
  return <Generate key={model.id} model={model} address={address} />;
}

export function App() {
  const address = useAddress();
  const view = address.parts[0] ?? "generate";
  const models = useModels();
  const [theme, setTheme] = useTheme();
  const lost = useLost();
  useNotices();
  const wanted = address.query.get("model");
  const generates = !["gallery", "runs", "models"].includes(view);
  const { model, of } = useModel(models, address.query, generates);
  const query = wanted ? `?model=${encodeURIComponent(wanted)}` : "";
  useEffect(() => {
    document.title = `${VIEWS.find(({ name }) => name === view)?.title ?? "Ganymede"} - Ganymede`;
  }, [view]);

  return (
    <>
      <a class="skip" href="#main">
        To the content
      </a>
      {!EMBEDDED && (
        <header class="rail">
          <Link to={`/${query}`} class="brand" aria-label="Ganymede">
            Ganymede
          </Link>
          <Views view={view} query={query} />
          <ModelChoice models={models} model={model} wanted={wanted} />
          <Commands models={models ?? []} views={VIEWS} themes={THEMES} setTheme={setTheme} />
          <Theme theme={theme} set={setTheme} />
        </header>
      )}
      <main id="main" tabIndex={-1}>
        {lost && (
          <p class="notice" role="status">
            The connection is lost. What is here stays; it comes back by itself.
          </p>
        )}
        {model && of !== null && <OtherStep model={model} of={of} />}
        <View view={view} address={address} models={models} model={model} />
        {EMBEDDED && (
          <p class="quiet">
            <a href={pathname() + location.search} target="_blank" rel="noopener">
              Open in Ganymede
            </a>
          </p>
        )}
      </main>
      <TokenDialog />
    </>
  );
}
