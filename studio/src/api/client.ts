// Asking the server: requests with the token, answers as JSON or files, refusals as Problems.
import { answered, isAway, unanswered } from "./connection";
import type { GeneratedImage } from "./types";

/** An answer that was no success; `field` is the part of the request it is about. */
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

const AWAY = "The server does not answer. Is it still running?";
const TOKEN = "ganymede-token";
export const HAS_SERVER = true; // the page of a web export has none
export const NEEDS_TOKEN = "needs-token";

export function setToken(token: string): void {
  sessionStorage.setItem(TOKEN, token);
}
export const hasToken = (): boolean => sessionStorage.getItem(TOKEN) !== null;

export async function send(path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
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
    unanswered();
    throw new Problem(0, AWAY);
  }
  if (isAway(response.status)) {
    unanswered();
    throw new Problem(0, AWAY);
  }
  answered();
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
export async function call<T>(
  path: string,
  body?: unknown,
  options: { signal?: AbortSignal; onBusy?: (seconds: number) => void } = {},
): Promise<T> {
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

/** A file; an <img> of its address could not carry the token. */
export const blobOf = async (path: string, signal?: AbortSignal, body?: unknown): Promise<Blob> =>
  (await send(path, body, signal)).blob();

/** Gives what an address holds to the user as a file. */
export function saveAs(address: string, name: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}

/** The answer to a request as a file; a plain link could carry neither the token nor a body. */
export async function download(path: string, name: string, body?: unknown): Promise<void> {
  const address = URL.createObjectURL(await blobOf(path, undefined, body));
  saveAs(address, name);
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

export const dataAddress = (image: GeneratedImage): string => `data:image/png;base64,${image.png}`;
