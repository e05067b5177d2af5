import { defineConfig } from "vite";
import { aliases } from "./aliases";
import { inlined } from "./inlined";

// The page of `ganymede report`.
export default defineConfig({
  esbuild: { jsx: "automatic", jsxImportSource: "preact", legalComments: "none" },
  build: {
    target: "es2022",
    modulePreload: false,
    outDir: "build-report",
    emptyOutDir: true,
    reportCompressedSize: false,
    rollupOptions: { input: "report.html" },
  },
  resolve: { alias: aliases },
  plugins: [inlined("report.html")],
});
