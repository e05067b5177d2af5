import { fileURLToPath } from "node:url";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What lies outside src/, by the names that tsconfig.json has for it too. */
export const aliases = {
  limits: here("types/limits.ts"),
  "golden-latents": here("../tests/explore/latents.json"),
};
