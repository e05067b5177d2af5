// Metrics of an evaluation as lines of a table.

const shown = (value: number): string =>
  Number.isInteger(value) ? String(value) : Number(value.toPrecision(5)).toString();

/** ["fid", "12.3"], ["kid", "0.012 ± 0.003"] (mean and standard deviation), ["prdc precision", "0.7"]; of error bars
 * ["fid, low", "11.9"]. What is no number is left out. */
export function metricRows(metrics: Record<string, unknown>, before = ""): [string, string][] {
  return Object.entries(metrics).flatMap(([key, value]): [string, string][] => {
    const name = before ? `${before} ${key}` : key;
    if (typeof value === "number") return [[name, shown(value)]];
    if (Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === "number"))
      return [[name, `${shown(value[0] as number)} to ${shown(value[1] as number)}`]];
    if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
    const parts = value as Record<string, unknown>;
    const { mean, std, ...rest } = parts;
    if (typeof mean === "number" && typeof std === "number")
      return [[name, `${shown(mean)} ± ${shown(std)}`], ...metricRows(rest, name)];
    return metricRows(parts, name);
  });
}

/** What a protocol says of the metrics' worth, and which there are none of. */
export function warningsOf(protocol: Record<string, unknown>): string[] {
  const said = Array.isArray(protocol["warnings"]) ? protocol["warnings"].map(String) : [];
  const skipped = Object.entries((protocol["skipped"] ?? {}) as Record<string, unknown>);
  return [...said, ...skipped.map(([name, needs]) => `No ${name}: it needs ${String(needs)}.`)];
}
