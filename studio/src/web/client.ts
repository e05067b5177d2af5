// Stands in for api/client.ts in the page without a server: the same questions, answered by the worker beside the page.
import * as limits from "limits";
import type { GeneratedImage, Model } from "../api/types";
import type { Network, Point } from "../core/points";
import { apng, gif } from "../core/animation";
import { arithmetic, blended, difference, latent, mean, moved, path, perturbations, type Vector } from "./latents";
import type { Asked, Made } from "./worker";

export class Problem extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly field = "",
    readonly retryAfter = 0,
  ) {
    super(message);
  }
}

export const HAS_SERVER = false;
export const NEEDS_TOKEN = "needs-token"; // never asked for here
export const setToken = (): void => undefined;
export const hasToken = (): boolean => false;

const USUAL_NETWORK = limits.generate.network.default;

let model: Model | null = null;
export async function loadModel(): Promise<Model> {
  const response = await fetch("model.json");
  if (!response.ok) throw new Error(`model.json: the host answered ${response.status}`);
  model = (await response.json()) as Model;
  return model;
}

export type MadeBy = Required<Pick<Made, "device">> & Pick<Made, "failure">;
let told: (by: MadeBy) => void = () => undefined;
/** Is told what made the images, each time that some are there. */
export function onMade(listener: (by: MadeBy) => void): void {
  told = listener;
}

let worker: Worker | null = null;
const waiting = new Map<number, (made: Made) => void>();
let asked = 0;

function generate(network: Network, rows: Row[]): Promise<GeneratedImage[]> {
  worker ??= start();
  const join = (parts: ArrayLike<number>[]): Float32Array => {
    const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  };
  const id = ++asked;
  const labels = model!.classes.length ? join(rows.map(({ label }) => label)) : null;
  const request: Asked = {
    id,
    network: network === "untrained" ? "untrained" : "generator",
    latents: join(rows.map(({ z }) => z)),
    labels,
    count: rows.length,
  };
  worker.postMessage(request);
  return new Promise((done, failed) => {
    waiting.set(id, ({ images, device, failure, problem }) => {
      if (!images) return failed(new Problem(500, problem ?? "The images were not made."));
      if (device) told({ device, failure });
      done(images.map((png, i) => ({ png, ...nameOf(rows[i]!.label) })));
    });
  });
}

function start(): Worker {
  const runtime = new URLSearchParams(location.search).get("runtime");
  const made = new Worker(`worker.js${runtime ? `?runtime=${encodeURIComponent(runtime)}` : ""}`, { type: "module" });
  made.onmessage = ({ data }: MessageEvent<Made>) => {
    waiting.get(data.id)?.(data);
    waiting.delete(data.id);
  };
  made.onerror = (event) => {
    for (const [id, answer] of waiting)
      answer({ id, problem: event.message || "This browser does not start the page's worker." });
    waiting.clear();
  };
  return made;
}

/** What the network is asked for: noise, and a weight for each class (none where it has none). */
interface Row {
  z: Vector;
  label: number[];
}

const oneHot = (index: number): number[] => model!.classes.map((_, i) => (i === index ? 1 : 0));
const numberOf = (name: string | undefined): number => Math.max(0, model!.classes.indexOf(name ?? ""));
/** Of a point between classes the one that weighs most. */
const nameOf = (label: number[]): { class?: string } =>
  label.length ? { class: model!.classes[label.indexOf(Math.max(...label))]! } : {};
const mixed = (a: number[], b: number[], t: number): number[] => a.map((value, i) => value * (1 - t) + b[i]! * t);

interface Body {
  count?: number;
  seed?: number;
  points?: Point[];
  network?: Network;
  class?: string;
  to_class?: string;
  truncation?: number;
  frames?: number;
  interpolation?: string;
  a?: Point[];
  b?: Point[];
  c?: Point[];
  with?: Point[];
  without?: Point[];
  apply?: Point[];
  radius?: number;
  strength?: number;
  directions?: Vector[];
  strengths?: number[];
  x?: number;
  y?: number;
}

const latents = (points: Point[] | undefined, truncation?: number): Vector[] =>
  (points ?? []).map((point) => latent(model!, point, point.truncation ?? truncation));
/** The request's class, else the first that a point names, else the first: what is explored is the noise. */
const oneClass = (body: Body, points: Point[]): number[] =>
  oneHot(numberOf(body.class ?? points.find((point) => point.class)?.class));
const labelOf = (point: Point, otherwise: number[]): number[] =>
  point.class ? oneHot(numberOf(point.class)) : otherwise;

async function images(body: Body): Promise<GeneratedImage[]> {
  const points =
    body.points ?? Array.from({ length: body.count ?? 1 }, (_, index): Point => ({ seed: body.seed ?? 0, index }));
  const inTurn = (i: number) =>
    body.class ? oneHot(numberOf(body.class)) : oneHot(model!.classes.length ? i % model!.classes.length : 0);
  const shifted = (z: Vector) =>
    (body.directions ?? []).reduce((sum, along, i) => moved(sum, along, body.strengths ? body.strengths[i]! : 1), z);
  const rows = points.map((point, i) => ({
    z: shifted(latent(model!, point, point.truncation ?? body.truncation)),
    label: labelOf(point, inTurn(i)),
  }));
  const out: GeneratedImage[] = [];
  for (const network of ["trained", "untrained"] as const) {
    const places = points.flatMap((point, i) =>
      (point.network ?? body.network ?? USUAL_NETWORK) === network ? [i] : [],
    );
    if (!places.length) continue;
    const made = await generate(
      network,
      places.map((i) => rows[i]!),
    );
    places.forEach((place, i) => (out[place] = made[i]!));
  }
  return out;
}

function framesOf(body: Body): Row[] {
  const points = body.points!;
  const frames = body.frames ?? limits.interpolate.frames.default;
  const interpolation = body.interpolation ?? limits.interpolate.interpolation.default;
  const first = oneClass(body, points);
  const last = body.to_class ? oneHot(numberOf(body.to_class)) : null;
  const corners = points.map((point) => labelOf(point, first));
  return path(latents(points), frames, interpolation).map((z, i) => {
    const at = frames > 1 ? ((points.length - 1) * i) / (frames - 1) : 0;
    const from = Math.min(Math.floor(at), points.length - 2);
    return {
      z,
      label: last
        ? mixed(first, last, frames > 1 ? i / (frames - 1) : 0)
        : mixed(corners[from]!, corners[from + 1]!, at - from),
    };
  });
}

function blendOf(body: Body): Row {
  const [x, y] = [body.x ?? 0.5, body.y ?? 0.5];
  const shares = [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y];
  const corners = body.points!.map((point) => labelOf(point, oneClass(body, body.points!)));
  const label = model!.classes.map((_, k) => corners.reduce((sum, corner, i) => sum + shares[i]! * corner[k]!, 0));
  return { z: blended(latents(body.points), x, y), label };
}

async function arithmeticOf(body: Body) {
  const [a, b, c] = [latents(body.a), latents(body.b), latents(body.c)];
  const label = oneClass(body, body.c ?? []);
  const { radius, seed } = limits.arithmetic;
  const rows = [
    ...perturbations(arithmetic(a, b, c), body.radius ?? radius.default, seed.default),
    mean(a),
    mean(b),
    mean(c),
  ];
  const made = await generate(
    body.network ?? USUAL_NETWORK,
    rows.map((z) => ({ z, label })),
  );
  return { images: made.slice(0, 9), mean_a: made[9]!, mean_b: made[10]!, mean_c: made[11]! };
}

function directionOf(body: Body): { rows: Row[]; direction: number[] } {
  const along = difference(mean(latents(body.with)), mean(latents(body.without)));
  const frames = body.frames ?? limits.direction.frames.default;
  const strength = body.strength ?? limits.direction.strength.default;
  const rows = body.apply!.flatMap((point) =>
    Array.from({ length: frames }, (_, k) => ({
      z: moved(latent(model!, point), along, strength * ((2 * k) / (frames - 1) - 1)),
      label: labelOf(point, oneClass(body, body.apply!)),
    })),
  );
  return { rows, direction: [...along] };
}

async function answer(path: string, body: Body): Promise<{ images: GeneratedImage[] }> {
  const network = body.network ?? USUAL_NETWORK;
  switch (path.split("/").at(-1)) {
    case "generate":
      return { images: await images(body) };
    case "interpolate":
      return { images: await generate(network, framesOf(body)) };
    case "blend":
      return { images: await generate(network, [blendOf(body)]) };
    case "arithmetic":
      return arithmeticOf(body);
    case "direction": {
      const { rows, direction } = directionOf(body);
      return { images: await generate(network, rows), direction } as { images: GeneratedImage[] };
    }
    case "nearest_images":
      throw new Problem(404, "This page has the model alone, not the images that it learnt from.");
    default:
      throw new Problem(404, "This page without a server does not have that.");
  }
}

export async function call<T>(
  path: string,
  body?: unknown,
  { signal }: { signal?: AbortSignal; onBusy?: (seconds: number) => void } = {},
): Promise<T> {
  const given = await answer(path, (body ?? {}) as Body);
  signal?.throwIfAborted();
  return given as T;
}

export function saveAs(address: string, name: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}

export const dataAddress = (image: GeneratedImage): string => `data:image/png;base64,${image.png}`;

/** Images drawn beside each other, each pixel `scale` wide and high. */
async function drawn(images: GeneratedImage[], scale = 1): Promise<CanvasRenderingContext2D> {
  const [width, height] = [model!.image.width * scale, model!.image.height * scale];
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width * images.length, height];
  const context = canvas.getContext("2d")!;
  context.imageSmoothingEnabled = false;
  for (const [i, one] of images.entries()) {
    const image = new Image();
    image.src = dataAddress(one);
    await image.decode();
    context.drawImage(image, i * width, 0, width, height);
  }
  return context;
}

const ANIMATED = 128; // pixels: small frames become about so wide, as in the studio

async function fileOf(format: string, made: GeneratedImage[], milliseconds: number): Promise<Blob> {
  if (format === "grid") return pngOf((await drawn(made)).canvas);
  const scale = Math.max(1, Math.floor(ANIMATED / model!.image.width));
  const frames = await Promise.all(made.map((one) => drawn([one], scale)));
  if (format === "gif") {
    const pixels = frames.map((one) => one.getImageData(0, 0, one.canvas.width, one.canvas.height));
    const images = pixels.map(({ width, height, data }) => ({ width, height, pixels: data }));
    return new Blob([gif(images, milliseconds)], { type: "image/gif" });
  }
  if (format !== "apng") throw new Problem(404, "This page without a server does not have that.");
  const pngs = await Promise.all(frames.map(async (one) => (await pngOf(one.canvas)).arrayBuffer()));
  const file = apng(
    pngs.map((png) => new Uint8Array(png)),
    milliseconds,
  );
  return new Blob([file], { type: "image/apng" });
}

const pngOf = (canvas: HTMLCanvasElement): Promise<Blob> =>
  new Promise((done, failed) =>
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Problem(500, "The image is too large.")))),
  );

export async function download(path: string, name: string, body?: unknown): Promise<void> {
  const { images: made } = await answer(path, body as Body);
  const { format = "" } = body as { format?: string };
  const address = URL.createObjectURL(await fileOf(format, made, limits.interpolate.milliseconds.default));
  saveAs(address, name);
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

export const blobOf = (): Promise<Blob> => Promise.reject(new Problem(404, "This page has no server."));
export const send = (): Promise<Response> => Promise.reject(new Problem(404, "This page has no server."));
