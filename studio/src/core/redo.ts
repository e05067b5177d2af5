// The command that trains a run again from its recipe.

const quoted = (word: string): string => (/^[\w./:=,+-]+$/.test(word) ? word : `'${word.replace(/'/g, "'\\''")}'`);

/** `environment` is the run's own, of any version: what it does not say is left out. */
export function redoCommand(id: string, environment: unknown): string {
  const known = (typeof environment === "object" && environment !== null ? environment : {}) as Record<string, unknown>;
  const words = ["ganymede"];
  if (typeof known["threads"] === "number") words.push("--threads", String(known["threads"]));
  words.push("train", "recipe.toml");
  if (typeof known["seed"] === "number") words.push("--seed", String(known["seed"]));
  if (typeof known["precision"] === "string") words.push("--precision", known["precision"]);
  words.push("-o", `runs/${id.split("/").at(-1)}`);
  return words.map(quoted).join(" ");
}
