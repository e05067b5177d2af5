import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { aliases } from "./aliases";
import { inlined } from "./inlined";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The studio's parts, with their questions answered in the page itself. */
function withoutServer(): Plugin {
  return {
    name: "without-server",
    enforce: "pre",
    async resolveId(source, importer, options) {
      const found = await this.resolve(source, importer, { ...options, skipSelf: true });
      return found?.id === here("src/api/client.ts") ? here("src/web/client.ts") : null;
    },
  };
}

// The page of `ganymede export --format web`; scripts/studio adds its worker, and ONNX Runtime Web's wasm.
export default defineConfig({
  esbuild: { jsx: "automatic", jsxImportSource: "preact", legalComments: "none" },
  build: {
    target: "es2022",
    modulePreload: false,
    outDir: "build-web",
    emptyOutDir: true,
    reportCompressedSize: false,
    rollupOptions: { input: here("web.html") },
  },
  resolve: { alias: aliases },
  plugins: [withoutServer(), inlined("web.html")],
});
