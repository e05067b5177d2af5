// Writes types/limits.ts: what the server takes for each field of its requests, by the operation's id, from
// openapi.json. The page takes its ranges, choices and defaults from there.
import { readFileSync, writeFileSync } from "node:fs";

const KEPT = ["default", "enum", "minimum", "maximum", "minItems", "maxItems", "minLength", "maxLength"];

// Null stands for a field that is left out.
const limitsOf = (schema) => ({
  ...Object.fromEntries(KEPT.filter((key) => key in schema).map((key) => [key, schema[key]])),
  ...("enum" in schema ? { enum: schema.enum.filter((value) => value !== null) } : {}),
  ...(schema.items?.maxLength ? { items: limitsOf(schema.items) } : {}),
});

const { paths } = JSON.parse(readFileSync("openapi.json", "utf8"));
let text = "// Made of openapi.json by limits.mjs.\n";
for (const { operationId, requestBody, deprecated } of Object.values(paths).flatMap(Object.values)) {
  const fields = requestBody?.content["application/json"].schema.properties ?? {};
  const known = Object.entries(fields).filter(([, schema]) => !schema.deprecated);
  if (deprecated || !known.length) continue;
  const limits = Object.fromEntries(known.map(([name, schema]) => [name, limitsOf(schema)]));
  text += `export const ${operationId} = ${JSON.stringify(limits, null, 2)} as const;\n`;
}
writeFileSync("types/limits.ts", text);
