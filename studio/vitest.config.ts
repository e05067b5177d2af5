import { defineConfig } from "vitest/config";
import { aliases } from "./aliases";

// The pure part of the page; what needs a browser is tested in one (tests/browser).
export default defineConfig({
  server: { host: "127.0.0.1" }, // a bare system may not know localhost
  resolve: { alias: aliases },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
