// What is served: cards, and the layer tables of one model.
import type { Address } from "../../state/address";
import { call, dataAddress, download, hasToken } from "../../api/client";
import { useResource } from "../../api/resource";
import type { Generated, Layers, Model, ModelDetails } from "../../api/types";
import { Link, NoModels } from "../../ui/common";
import { GivenImages } from "../../ui/given_images";
import { grouped, rounded, short } from "../../core/numbers";
import { scaleFor } from "../../ui/screen";
import { ExportForm } from "./export";

const ON_CARD = 9;

function Sheet({ model }: { model: Model }) {
  const ask = (signal: AbortSignal) =>
    call<Generated>(`models/${model.id}/generate`, { count: ON_CARD, seed: 1, format: "json" }, { signal });
  const { value: generated } = useResource(model.id, ask, { version: model.step });
  const scale = scaleFor(model.image.width, 64);
  return (
    <div class="sheet" style={{ gridTemplateColumns: `repeat(3, ${model.image.width * scale}px)` }}>
      {Array.from({ length: ON_CARD }, (_, i) => {
        const image = generated?.images[i];
        const size = { width: model.image.width * scale, height: model.image.height * scale };
        return image ? (
          <img key={i} class="pixels" src={dataAddress(image)} {...size} alt="" />
        ) : (
          <span key={i} class="room" style={{ width: `${size.width}px`, height: `${size.height}px` }} />
        );
      })}
    </div>
  );
}

/** "16 × 16, colour", "16 × 16, 4 channels of 16 bits" */
function imageWords({ image, bits }: Model): string {
  const channels = image.channels === 1 ? "grey" : image.channels === 3 ? "colour" : `${image.channels} channels`;
  return `${image.width} × ${image.height}, ${channels}${bits === 8 ? "" : ` of ${bits} bits`}`;
}

function Card({ model }: { model: Model }) {
  return (
    <li class="card">
      {!model.translates && <Sheet model={model} />}
      <h2>
        <Link to={`/models/${model.id}`} data-item="">
          {model.id}
        </Link>
      </h2>
      <p>{model.title}</p>
      <dl>
        <dt>Images</dt>
        <dd>{imageWords(model)}</dd>
        <dt>Generator</dt>
        <dd>{short(model.parameters)} parameters</dd>
        <dt>Data</dt>
        <dd>{model.data}</dd>
        {model.conditions.length > 0 && (
          <>
            <dt>Conditions</dt>
            <dd>
              {model.conditions
                .map(({ name, low, high }) => `${name} (${rounded(low)} to ${rounded(high)})`)
                .join(", ")}
            </dd>
          </>
        )}
        <dt>Step</dt>
        <dd>{grouped(model.step)}</dd>
      </dl>
      <p class="row">
        {!model.translates && <Link to={`/generate?model=${model.id}`}>Generate</Link>}
        {!model.translates && <Link to={`/compare?model=${model.id}`}>Compare</Link>}
        {model.run && <Link to={`/runs/${model.run}`}>Run</Link>}
      </p>
    </li>
  );
}

function LayerTable({ title, network }: { title: string; network: Layers }) {
  return (
    <section class="card" aria-label={title}>
      <h2>{title}</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label={`Layers of the ${title.toLowerCase()}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Layer</th>
              <th scope="col">Kind</th>
              <th scope="col" class="right">
                Output
              </th>
              <th scope="col" class="right">
                Parameters
              </th>
            </tr>
          </thead>
          <tbody>
            {network.layers.map(({ name, kind, output, params }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{kind}</td>
                <td class="right">{output.join(" × ")}</td>
                <td class="right">{grouped(params)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p>
        {grouped(network.total)} parameters, {grouped(network.trainable)} of them trained;{" "}
        {short(network.multiply_adds)} multiply-adds an image.
      </p>
    </section>
  );
}

function OneModel({ id }: { id: string }) {
  const { value: model, problem } = useResource(id, (signal) =>
    call<ModelDetails>(`models/${id}`, undefined, { signal }),
  );
  if (problem) return <p class="notice">{problem.message}</p>;
  if (!model) return null;
  const onDownload = (event: MouseEvent) => {
    if (!hasToken()) return;
    event.preventDefault();
    void download(`models/${id}/file`, `${id}.safetensors`);
  };
  return (
    <>
      <h1>
        <Link to="/models">Models</Link> / {id}
      </h1>
      <p>{model.title}</p>
      {model.about && <p class="quiet">{model.about}</p>}
      <p class="row">
        {!model.translates && <Link to={`/generate?model=${id}`}>Generate</Link>}
        {!model.translates && <Link to={`/compare?model=${id}`}>Compare</Link>}
        <a href={`/api/v1/models/${id}/file`} download onClick={onDownload}>
          Download ({short(model.bytes)}B safetensors)
        </a>
      </p>
      {model.translates && (
        <section class="card" aria-labelledby="translate-title">
          <h2 id="translate-title">Translate</h2>
          <GivenImages
            model={model}
            operation="translate"
            given={model.translates}
            verb="Translate"
            result="translated"
          />
        </section>
      )}
      <ExportForm id={id} web={!model.translates && !model.conditions.length} />
      <LayerTable title="Generator" network={model.generator} />
      <LayerTable title="Discriminator" network={model.discriminator} />
      <details class="card">
        <summary>Recipe</summary>
        <pre tabIndex={0}>{model.toml}</pre>
      </details>
    </>
  );
}

export function Models({ address, models }: { address: Address; models: Model[] | null }) {
  const id = address.parts[1];
  if (id) return <OneModel key={id} id={id} />;
  if (models && !models.length) return <NoModels />;
  return (
    <>
      <h1>Models</h1>
      <ul class="cards">{models?.map((model) => <Card key={model.id} model={model} />)}</ul>
    </>
  );
}
