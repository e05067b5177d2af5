"""Runs what exchange_table.py wrote into a folder, in another interpreter or in a browser. Needs the standard library
alone, and what it runs: `torch FOLDER NAME`, or `browser FOLDER STUDIO wasm|webgpu`.

FOLDER/cases.json lists {name, stem, inputs, outputs}: FOLDER/STEM.pt or .onnx is given FOLDER/NAME.json, a tensor
{shape, whole, values} for each input. Outputs, such tensors too, go to FOLDER/NAME.RUNNER.json; what failed goes into
FOLDER/RUNNER.json with the runner's version."""

import functools
import http.server
import json
import pathlib
import shutil
import sys
import threading

SECONDS = 300


def run_all(folder, runner, version, compute):
    failures = {}
    for case in json.loads((folder / "cases.json").read_text()):
        inputs = json.loads((folder / f"{case['name']}.json").read_text())
        try:
            (folder / f"{case['name']}.{runner}.json").write_text(json.dumps(compute(case, inputs)))
        except Exception as error:
            failures[case["name"]] = (str(error).strip() or repr(error)).splitlines()[-1][:200]
    (folder / f"{runner}.json").write_text(json.dumps({"version": version, "failures": failures}))


def torchscript(folder, runner):
    import torch

    torch.set_num_threads(1)
    # Debian 13's PyTorch may never come back from its fuser (docs/exchange.md).
    torch._C._jit_set_texpr_fuser_enabled(False)

    def compute(case, inputs):
        script = torch.jit.load(str(folder / f"{case['stem']}.pt"))
        given = [
            torch.tensor(one["values"], dtype=torch.long if one["whole"] else torch.float).view(one["shape"])
            for one in inputs.values()
        ]
        with torch.no_grad():
            found = script(*given)
        found = found if isinstance(found, tuple) else (found,)
        return [{"shape": list(one.shape), "values": one.flatten().tolist()} for one in found]

    run_all(folder, runner, torch.__version__, compute)


PAGE = """<!doctype html><script type="module">
const gpu = new URLSearchParams(location.search).get("provider") === "webgpu";
const ort = await import(gpu ? "/runtime/ort.webgpu.bundle.min.mjs" : "/runtime/ort.wasm.bundle.min.mjs");
ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = { wasm: `/runtime/ort-wasm-simd-threaded${gpu ? ".asyncify" : ""}.wasm` };
window.version = ort.env.versions.web;
window.compute = async (stem, inputs, outputs) => {
  const session = await ort.InferenceSession.create(`/${stem}.onnx`, { executionProviders: [gpu ? "webgpu" : "wasm"] });
  const feeds = {};
  for (const [input, { shape, values, whole }] of Object.entries(inputs))
    feeds[input] = whole
      ? new ort.Tensor("int64", BigInt64Array.from(values.map(BigInt)), shape)
      : new ort.Tensor("float32", Float32Array.from(values), shape);
  const found = await session.run(feeds);
  await session.release();
  return outputs.map((output) => ({ shape: [...found[output].dims], values: [...found[output].data] }));
};
window.ready = true;
</script>"""


class Host(http.server.SimpleHTTPRequestHandler):
    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}

    def log_message(self, *_):
        pass


def browser(folder, studio, provider):
    from playwright.sync_api import sync_playwright

    runtime = folder / "runtime"
    if not runtime.exists():
        runtime.symlink_to(pathlib.Path(studio).resolve() / "node_modules" / "onnxruntime-web" / "dist")
    (folder / "page.html").write_text(PAGE)
    host = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Host, directory=str(folder)))
    threading.Thread(target=host.serve_forever, daemon=True).start()
    flags = ["--no-sandbox", "--disable-dev-shm-usage"]
    if provider == "webgpu":
        flags += ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"]
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        page = chromium.new_page()

        def compute(case, inputs):
            # A page of its own for each: what one leaves behind in a GPU's memory is no other's.
            page.goto(f"http://127.0.0.1:{host.server_port}/page.html?provider={provider}")
            page.wait_for_function("window.ready", timeout=SECONDS * 1000)
            script = "([stem, inputs, outputs]) => window.compute(stem, inputs, outputs)"
            return page.evaluate(script, [case["stem"], inputs, case["outputs"]])

        version = f"Chromium {chromium.version.split('.')[0]}"
        run_all(folder, provider, version, compute)
        chromium.close()
    host.shutdown()


if __name__ == "__main__":
    kind, place = sys.argv[1], pathlib.Path(sys.argv[2])
    if kind == "torch":
        torchscript(place, sys.argv[3])
    else:
        browser(place, *sys.argv[3:])
