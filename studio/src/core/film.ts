// Samples of several runs as the frames of one film: where each run's sheet lies in a frame.

export interface Size {
  width: number;
  height: number;
}

export interface Place extends Size {
  x: number;
  y: number;
  scale: number; // pixels of the film for one of the sheet, whole
}

export interface Layout extends Size {
  places: Place[];
}

export const LABEL = 24; // pixels of a line of text
const GAP = 8;
const LARGEST = 1120; // pixels a side of the film, about: two sheets of 8 images of 64 pixels

/** In rows, each sheet under its name; of one that is too large its corner, as beside each other on the page. */
export function layFilm(sheets: Size[]): Layout {
  const columns = Math.ceil(Math.sqrt(sheets.length));
  const rows = Math.ceil(sheets.length / columns);
  const room = Math.floor(LARGEST / columns) - GAP;
  const shown = sheets.map(({ width, height }) => {
    const scale = Math.max(1, Math.floor(Math.min(room / 2, 512) / Math.max(width, height)));
    return { scale, width: Math.min(room, width * scale), height: Math.min(room, height * scale) };
  });
  const widest = Math.max(...shown.map(({ width }) => width));
  const heights = Array.from({ length: rows }, (_, row) =>
    Math.max(...shown.slice(row * columns, (row + 1) * columns).map(({ height }) => height)),
  );
  const above = (row: number) => heights.slice(0, row).reduce((sum, height) => sum + LABEL + height + GAP, LABEL);
  return {
    width: columns * (widest + GAP) + GAP,
    height: above(rows),
    places: shown.map((one, i) => ({
      ...one,
      x: GAP + (i % columns) * (widest + GAP),
      y: above(Math.floor(i / columns)) + LABEL,
    })),
  };
}
