import { defineConfig } from "vite";
import { aliases } from "./aliases";
import { inlined } from "./inlined";

export default defineConfig({
  esbuild: { jsx: "automatic", jsxImportSource: "preact", legalComments: "none" },
  build: { target: "es2022", modulePreload: false, outDir: "build", emptyOutDir: true, reportCompressedSize: false },
  resolve: { alias: aliases },
  plugins: [inlined()],
  // `npm run dev` beside a running `ganymede serve`.
  server: { proxy: { "/api": "http://127.0.0.1:8080" } },
});
