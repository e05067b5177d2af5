// Generates, in a thread of its own; the runtime and the model come from beside this file.
import type { Tensor } from "onnxruntime-web/wasm";
import { bestRuntime, onProcessor, sessionOf, type Device, type Runtime } from "./runtime";

export interface Asked {
  id: number;
  network: "generator" | "untrained";
  latents: Float32Array;
  labels: Float32Array | null; // a weight for each class
  count: number;
}

export interface Made {
  id: number;
  images?: string[]; // PNG, base64
  device?: Device; // that made them
  failure?: string; // why it is not WebGPU although there is an adapter
  problem?: string;
}

const BATCH = 16;

/** 8-bit pixels as the program makes them, from [-1, 1] with channels first. */
function pixelsOf(values: Float32Array, channels: number, size: number): Uint8ClampedArray {
  const out = new Uint8ClampedArray(size * 4);
  for (let i = 0; i < size; ++i) {
    for (let k = 0; k < 3; ++k)
      out[i * 4 + k] = Math.floor(
        Math.max(0, Math.min(255, values[(channels === 1 ? 0 : k) * size + i]! * 127.5 + 128)),
      );
    out[i * 4 + 3] = 255;
  }
  return out;
}

async function png(pixels: Uint8ClampedArray, width: number, height: number): Promise<string> {
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d")!.putImageData(new ImageData(pixels, width, height), 0, 0);
  const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

async function makeIn(runtime: Runtime, { network, latents, labels, count }: Asked): Promise<string[]> {
  const session = await sessionOf(runtime, network);
  const images: string[] = [];
  for (let begin = 0; begin < count; begin += BATCH) {
    const rows = Math.min(BATCH, count - begin);
    const part = (all: Float32Array): Tensor => {
      const width = all.length / count;
      return new runtime.ort.Tensor("float32", all.slice(begin * width, (begin + rows) * width), [rows, width]);
    };
    const feeds: Record<string, Tensor> = { z: part(latents) };
    if (labels) feeds["label"] = part(labels);
    const result = (await session.run(feeds))["image"]!;
    const [, channels, height, width] = result.dims as unknown as [number, number, number, number];
    const values = result.data as Float32Array;
    const each = channels * height * width;
    for (let i = 0; i < rows; ++i)
      images.push(
        await png(pixelsOf(values.subarray(i * each, (i + 1) * each), channels, height * width), width, height),
      );
  }
  return images;
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

let runtime: Runtime | null = null;
let failure: string | undefined;

/** With WebGPU, unless anything about it fails: then, from there on, without. */
async function make(asked: Asked): Promise<Partial<Made>> {
  try {
    runtime ??= await bestRuntime(new URLSearchParams(self.location.search).get("runtime") ?? "");
    return { images: await makeIn(runtime, asked), device: runtime.device, failure };
  } catch (error) {
    if (runtime?.device === "processor") throw error;
    failure = textOf(error);
    runtime = onProcessor();
    return { images: await makeIn(runtime, asked), device: runtime.device, failure };
  }
}

// One request after another: a session runs one at a time.
let before: Promise<void> = Promise.resolve();
self.onmessage = ({ data }: MessageEvent<Asked>) => {
  before = before.then(async () => {
    const answer: Made = { id: data.id };
    try {
      Object.assign(answer, await make(data));
    } catch (error) {
      answer.problem = textOf(error);
    }
    self.postMessage(answer);
  });
};
