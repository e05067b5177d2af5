// What the networks run in: ONNX Runtime Web with WebGPU where this browser has an adapter, else its plain wasm.
import * as plain from "onnxruntime-web/wasm";

export type Device = "WebGPU" | "processor";

export interface Runtime {
  device: Device;
  ort: typeof plain;
  sessions: Map<string, Promise<plain.InferenceSession>>;
}

const beside = (name: string): string => new URL(name, self.location.href).href;

function made(device: Device, ort: typeof plain, wasm: string): Runtime {
  ort.env.wasm.numThreads = 1; // more would need headers of the host's
  ort.env.wasm.wasmPaths = { wasm: beside(wasm) };
  return { device, ort, sessions: new Map() };
}

export const onProcessor = (): Runtime => made("processor", plain, "ort-wasm-simd-threaded.wasm");

/** The part of WebGPU that is asked here; TypeScript's own libraries do not have it yet. */
interface Gpu {
  requestAdapter(): Promise<{ info?: { isFallbackAdapter?: boolean }; isFallbackAdapter?: boolean } | null>;
}

/** An adapter that is a program itself is slower than wasm, whose file is half as large: it is used when asked for. */
async function hasAdapter(software: boolean): Promise<boolean> {
  const adapter = await (navigator as { gpu?: Gpu }).gpu?.requestAdapter();
  return !!adapter && (software || !(adapter.info?.isFallbackAdapter ?? adapter.isFallbackAdapter));
}

/** The best there is; `wanted` is what the page's address asks for, or empty. */
export async function bestRuntime(wanted: string): Promise<Runtime> {
  if (wanted === "wasm" || !(await hasAdapter(wanted === "webgpu"))) return onProcessor();
  // As a name of its own, so that the bundler leaves it to the browser.
  const name = beside("webgpu.js");
  const ort = (await import(/* @vite-ignore */ name)) as typeof plain;
  return made("WebGPU", ort, "ort-wasm-simd-threaded.asyncify.wasm");
}

export function sessionOf(runtime: Runtime, network: string): Promise<plain.InferenceSession> {
  const known = runtime.sessions.get(network);
  if (known) return known;
  const provider = runtime.device === "WebGPU" ? "webgpu" : "wasm";
  const session = runtime.ort.InferenceSession.create(beside(`${network}.onnx`), { executionProviders: [provider] });
  runtime.sessions.set(network, session);
  session.catch(() => runtime.sessions.delete(network));
  return session;
}
