// The samples of chosen runs, step after step, as a GIF or a WebM to keep.
import { useEffect, useRef, useState } from "preact/hooks";
import { blobOf, saveAs } from "../../api/client";
import type { RunDetails } from "../../api/types";
import { Gif } from "../../core/animation";
import { LABEL, layFilm, type Layout } from "../../core/film";
import { counted, grouped } from "../../core/numbers";
import { sampleAt, spread } from "../../core/steps";

const MOST = 60; // frames
const FRAME = 400; // milliseconds
const WEBM = ["video/webm;codecs=vp9", "video/webm;codecs=vp8", "video/webm"].find(
  (type) => globalThis.MediaRecorder?.isTypeSupported(type),
);

type Format = "GIF" | "WebM";

/** Takes frames as they are drawn on its canvas. */
interface Recorder {
  add: () => Promise<void>;
  end: () => Promise<Blob>;
}

const pause = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

function gifRecorder(canvas: HTMLCanvasElement): Recorder {
  const { width, height } = canvas;
  const gif = new Gif(width, height, FRAME);
  return {
    add: async () => {
      gif.add({ width, height, pixels: canvas.getContext("2d")!.getImageData(0, 0, width, height).data });
      await pause(0); // the page lives on
    },
    end: async () => new Blob([gif.end()], { type: "image/gif" }),
  };
}

/** Browsers record as time passes: each frame is waited for. */
function webmRecorder(canvas: HTMLCanvasElement): Recorder {
  const stream = canvas.captureStream(0);
  const track = stream.getVideoTracks()[0] as CanvasCaptureMediaStreamTrack;
  const recorder = new MediaRecorder(stream, { mimeType: WEBM });
  const parts: Blob[] = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  recorder.start();
  return {
    add: async () => {
      track.requestFrame();
      await pause(FRAME);
    },
    end: async () => {
      const stopped = new Promise((done) => (recorder.onstop = done));
      recorder.stop();
      await stopped;
      return new Blob(parts, { type: "video/webm" });
    },
  };
}

type Shown = [RunDetails, ImageBitmap | null];

function draw(canvas: HTMLCanvasElement, layout: Layout, step: number, named: Shown[]): void {
  const pen = canvas.getContext("2d")!;
  pen.fillStyle = "white";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  [pen.fillStyle, pen.font, pen.imageSmoothingEnabled] = ["black", "14px sans-serif", false];
  pen.fillText(`step ${grouped(step)}`, layout.places[0]!.x, LABEL - 7);
  named.forEach(([run, sheet], i) => {
    const { x, y, width, height, scale } = layout.places[i]!;
    pen.fillText(run.id, x, y - 7, width);
    if (sheet) pen.drawImage(sheet, 0, 0, width / scale, height / scale, x, y, width, height);
  });
}

/** What a run shows at each step; a sheet is asked for once. */
function sheetsOf(runs: RunDetails[], signal: AbortSignal): (step: number) => Promise<(ImageBitmap | null)[]> {
  const last = runs.map(() => ({ name: "", sheet: null as ImageBitmap | null }));
  return (step) =>
    Promise.all(
      runs.map(async (run, i) => {
        const name = sampleAt(run.samples, step) ?? "";
        if (name && name !== last[i]!.name) {
          const sheet = await createImageBitmap(await blobOf(`runs/${run.id}/samples/${name}`, signal));
          last[i] = { name, sheet };
        }
        return last[i]!.sheet;
      }),
    );
}

interface Wanted {
  runs: RunDetails[];
  steps: number[];
  format: Format;
  signal: AbortSignal;
  said: (done: number) => void;
}

async function record({ runs, steps, format, signal, said }: Wanted): Promise<Blob> {
  const sheetsAt = sheetsOf(runs, signal);
  const first = await sheetsAt(steps.at(-1)!);
  const layout = layFilm(first.map((sheet) => sheet ?? { width: 1, height: 1 }));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [layout.width, layout.height];
  const recorder = format === "GIF" ? gifRecorder(canvas) : webmRecorder(canvas);
  for (const [i, step] of steps.entries()) {
    const sheets = await sheetsAt(step);
    signal.throwIfAborted();
    draw(canvas, layout, step, runs.map((run, k) => [run, sheets[k]!]));
    await recorder.add();
    said(i + 1);
  }
  return recorder.end();
}

export function Film({ runs, steps }: { runs: RunDetails[]; steps: number[] }) {
  const [said, say] = useState("");
  const running = useRef<AbortController | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => () => running.current?.abort(), []);
  const shown = spread(steps, MOST);
  const keep = async (format: Format) => {
    const { signal } = (running.current = new AbortController());
    setBusy(true);
    say("");
    try {
      const told = (done: number) => say(`${done} of ${shown.length} steps`);
      const film = await record({ runs, steps: shown, format, signal, said: told });
      const address = URL.createObjectURL(film);
      saveAs(address, `${runs.map(({ id }) => id.replace(/[^\w.-]+/g, "-")).join("+")}.${format.toLowerCase()}`);
      setTimeout(() => URL.revokeObjectURL(address), 60000);
      say(`Saved, ${counted(shown.length, "step")}.`);
    } catch (error) {
      say(signal.aborted ? "" : error instanceof Error ? error.message : String(error));
    }
    setBusy(false);
  };
  return (
    <div class="row" role="group" aria-label="As a film">
      <button type="button" disabled={busy} onClick={() => void keep("GIF")}>
        Save as GIF
      </button>
      {WEBM && (
        <button type="button" disabled={busy} onClick={() => void keep("WebM")}>
          Save as WebM
        </button>
      )}
      {busy && (
        <button type="button" onClick={() => running.current?.abort()}>
          Cancel
        </button>
      )}
      <span class="quiet" role="status">
        {said}
      </span>
    </div>
  );
}
