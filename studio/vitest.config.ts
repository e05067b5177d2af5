import { defineConfig } from "vitest/config";

// The pure part of the page; what needs a browser is tested in one (tests/browser).
export default defineConfig({ test: { include: ["src/**/*.test.ts"], environment: "node" } });
