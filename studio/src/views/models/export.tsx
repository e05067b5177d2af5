// A model's networks as files for other programs.
import { useState } from "preact/hooks";
import { download } from "../../api/client";

type Format = "onnx" | "torchscript" | "safetensors" | "hub" | "web";

const FORMATS: Record<Format, { text: string; ending: string; half?: boolean; networks?: boolean }> = {
  onnx: { text: "ONNX, for runtimes", ending: ".onnx", half: true, networks: true },
  torchscript: { text: "TorchScript, for torch.jit.load", ending: ".pt", networks: true },
  safetensors: { text: "safetensors, named as an nn.Sequential", ending: ".safetensors", half: true, networks: true },
  hub: { text: "Hugging Face Hub folder", ending: "-hub.zip" },
  web: { text: "Web page that generates in the browser", ending: "-web.zip", half: true },
};

export function ExportForm({ id, web }: { id: string; web: boolean }) {
  const [format, setFormat] = useState<Format>("onnx");
  const [said, say] = useState("");
  const { half, networks, ending } = FORMATS[format];
  const start = async (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const both = given.get("both") !== null;
    say("Under way…");
    try {
      await download(`models/${id}/export`, id + (both ? `-${format}.zip` : ending), {
        format,
        ...(both ? { network: "both" } : {}),
        ...(given.get("half") !== null ? { weights: "f16" } : {}),
      });
      say("");
    } catch (error) {
      say((error as Error).message);
    }
  };
  return (
    <section class="card" aria-labelledby="export-title">
      <h2 id="export-title">For other programs</h2>
      <form class="row" onSubmit={start}>
        <label for="export-format">Format</label>
        <select
          id="export-format"
          value={format}
          onChange={(event) => setFormat((event.currentTarget as HTMLSelectElement).value as Format)}
        >
          {Object.entries(FORMATS)
            .filter(([name]) => web || name !== "web")
            .map(([name, { text }]) => (
              <option key={name} value={name}>
                {text}
              </option>
            ))}
        </select>
        {networks && (
          <label class="check">
            <input type="checkbox" name="both" />
            the discriminator, too
          </label>
        )}
        {half && (
          <label class="check">
            <input type="checkbox" name="half" />
            16-bit weights
          </label>
        )}
        <button>Export</button>
        <span role="status" class="quiet">
          {said}
        </span>
      </form>
    </section>
  );
}
