// A curve that fits into a row of a table.

/** A curve without axes. */
export function Sparkline({ values, name }: { values: (number | null)[]; name: string }) {
  const known = values.filter((value): value is number => value !== null);
  if (!known.length) return <span class="spark" />;
  const low = Math.min(...known);
  const range = Math.max(...known) - low || 1;
  const points = known.map(
    (value, i) =>
      `${((i / Math.max(1, known.length - 1)) * 96 + 2).toFixed(1)},${(22 - ((value - low) / range) * 20).toFixed(1)}`,
  );
  return (
    <svg
      class="spark"
      viewBox="0 0 100 24"
      role="img"
      aria-label={`${name}, from ${known[0]!.toPrecision(3)} to ${known.at(-1)!.toPrecision(3)}`}
    >
      <polyline points={points.join(" ")} />
    </svg>
  );
}
