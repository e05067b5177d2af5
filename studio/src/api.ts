// The server's REST API: /api/v1/openapi.json describes it.
export interface Model {
  id: string;
  title: string;
  recipe: string;
  run: string | null;
  step: number;
  image: { width: number; height: number; channels: number };
  latent: { size: number; distribution: string };
  classes: string[];
  data: string;
  ema: boolean; // it generates with the running average of its weights
  parameters: number;
  bytes: number;
}

export interface Layers {
  layers: { name: string; kind: string; output: number[]; params: number }[];
  total: number;
  trainable: number;
  non_trainable: number;
  multiply_adds: number;
}

export interface ModelDetails extends Model {
  generator: Layers;
  discriminator: Layers;
  toml: string;
  about: string;
}

export interface GeneratedImage {
  png: string; // base64
  class?: string;
}

/** A training image near to an image. */
export interface Near extends GeneratedImage {
  index: number;
  distance: number;
}

export interface Generated {
  seed?: number;
  images: GeneratedImage[];
}

export interface Reckoned extends Generated {
  mean_a: GeneratedImage;
  mean_b: GeneratedImage;
  mean_c: GeneratedImage;
}

export interface Run {
  id: string;
  recipe: string | null;
  state: "waiting" | "running" | "done" | "stopped" | "failed" | "lost"; // lost: it says it runs, and no process does
  why: string | null; // of a failure
  step: number | null;
  epoch: number | null;
  progress: number | null;
  images_per_s: number | null;
  seconds: number | null;
  seconds_left: number | null;
  rows: number;
  last: Record<string, number | null>;
  sample: string | null;
}

export interface RunDetails extends Run {
  toml: string;
  shipped_toml: string;
  environment: Record<string, unknown> | null;
  samples: string[];
  images: string[];
}

export interface Metrics {
  first: number;
  rows: number;
  columns: Record<string, (number | null)[]>;
}

/** What the server was started with --allow-training for. */
export interface Training {
  allowed: boolean;
  recipes: { name: string; title: string; data: string }[];
  current: { id: string; stopping: boolean } | null;
  failed: { id: string; detail: string } | null;
}

/** Image `index` of `seed`. */
export interface Point {
  seed: number;
  index: number;
}

/** An answer that was no success; `field` is the part of the request it is about. */
export class Problem extends Error {
  constructor(readonly status: number, message: string, readonly field = "", readonly retryAfter = 0) {
    super(message);
  }
}

const TOKEN = "ganymede-token";
export const NEEDS_TOKEN = "needs-token";

export function setToken(token: string): void {
  sessionStorage.setItem(TOKEN, token);
}
export const hasToken = (): boolean => sessionStorage.getItem(TOKEN) !== null;

async function send(path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = {};
  const token = sessionStorage.getItem(TOKEN);
  if (token) headers["Authorization"] = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(`/api/v1/${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(0, "The server does not answer. Is it still running?");
  }
  if (response.ok) return response;
  if (response.status === 401) dispatchEvent(new Event(NEEDS_TOKEN));
  const details = await response.json().catch(() => ({}));
  throw new Problem(
    response.status,
    details.detail ?? `The server answered ${response.status}.`,
    details.errors?.[0]?.field,
    Number(response.headers.get("Retry-After") ?? 0),
  );
}

/** JSON of an address below /api/v1/. A busy server is asked again when it says, `onBusy` being told the seconds. */
export async function call<T>(path: string, body?: unknown, options: { signal?: AbortSignal; onBusy?: (seconds: number) => void } = {}): Promise<T> {
  for (let attempt = 0; ; ++attempt) {
    try {
      return (await (await send(path, body, options.signal)).json()) as T;
    } catch (error) {
      if (!(error instanceof Problem) || error.retryAfter === 0 || attempt >= 5) throw error;
      options.onBusy?.(error.retryAfter);
      await new Promise((done) => setTimeout(done, error.retryAfter * 1000));
    }
  }
}

/** A file as an address for <img>; the caller revokes it. */
export async function blobAddress(path: string, signal?: AbortSignal, body?: unknown): Promise<string> {
  return URL.createObjectURL(await (await send(path, body, signal)).blob());
}

/** Gives what an address holds to the user as a file. */
export function saveAs(address: string, name: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}

/** The answer to a request as a file; a plain link could carry neither the token nor a body. */
export async function download(path: string, name: string, body?: unknown): Promise<void> {
  const address = await blobAddress(path, undefined, body);
  saveAs(address, name);
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

export const dataAddress = (image: GeneratedImage): string => `data:image/png;base64,${image.png}`;

/** Reads server-sent events until the signal; lost connections come back by themselves. `onLost` hears of both. */
export async function listen(
  path: (rows: number) => string,
  rows: number,
  onEvent: (name: string, data: unknown) => void,
  onLost: (lost: boolean) => void,
  signal: AbortSignal,
): Promise<void> {
  let known = rows;
  for (let wait = 500; !signal.aborted; wait = Math.min(wait * 2, 10000)) {
    try {
      const response = await send(path(known), undefined, signal);
      onLost(false);
      wait = 500;
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
      for (let text = ""; ; ) {
        const { value, done } = await reader.read();
        if (done) break;
        text += value;
        for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
          const fields = Object.fromEntries(text.slice(0, end).split("\n").map((line) => [line.split(":", 1)[0], line.slice(line.indexOf(":") + 2)]));
          text = text.slice(end + 2);
          if (!fields["data"]) continue;
          known = Number(fields["id"] ?? known);
          onEvent(fields["event"] ?? "message", JSON.parse(fields["data"]));
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Problem && error.status === 404) throw error;
    }
    if (signal.aborted) return;
    onLost(true);
    await new Promise((done) => setTimeout(done, wait));
  }
}
