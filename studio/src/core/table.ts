// The table of a run's metrics, as far as a page knows it.

export interface Metrics {
  first: number; // the row that the columns begin with
  rows: number; // the number of the row behind the last: a thinned table's columns are shorter
  columns: Record<string, (number | null)[]>;
}

/** `old` with new rows behind it; null where rows between are missing, or it was begun anew: it is to be asked for
 * again. */
export function appended(old: Metrics, more: Metrics): Metrics | null {
  if (more.first !== old.rows) return null;
  const columns = Object.fromEntries(
    Object.entries(more.columns).flatMap(([name, values]) => {
      const known = old.columns[name];
      return known ? [[name, [...known, ...values]]] : [];
    }),
  );
  return { first: 0, rows: more.rows, columns };
}

/** How long a table is, in steps that grow with it: a chart of it is asked for again when this has changed. */
export const age = (rows: number): number => Math.floor(Math.log2(rows + 1) * 8);
