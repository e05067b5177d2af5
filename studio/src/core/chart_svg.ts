// A chart as an SVG of its own, for papers: on white, with its title, axes and legend.
import { positive, robustRange, type Curve } from "./curves";
import { rounded } from "./numbers";

export interface ChartPaper {
  title: string;
  axis: string; // what x is
  curves: Curve[];
  x: [number, number];
  log: boolean;
  robust: boolean;
  colours: readonly string[];
  dashes: readonly (readonly number[])[];
}

const WIDTH = 720;
const HEIGHT = 400;
const LEFT = 64;
const RIGHT = 16;
const TOP = 36;
const ROW = 18;

const escaped = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** Round numbers between two others, about `count` of them. */
export function ticks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((by) => by * size).find((by) => by >= rough)!;
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

/** Powers of ten; where there are too few of them, round numbers. */
export function logTicks(low: number, high: number): number[] {
  const powers = [];
  for (let power = Math.ceil(Math.log10(low) - 1e-9); 10 ** power <= high * (1 + 1e-9); ++power)
    powers.push(Number(`1e${power}`));
  return powers.length > 1 ? powers : ticks(low, high, 4).filter((value) => value > 0);
}

function rangeOf(paper: ChartPaper, curves: Curve[]): [number, number] {
  const seen = curves.flatMap(({ x, y }) => y.filter((_, i) => x[i]! >= paper.x[0] && x[i]! <= paper.x[1]));
  const known = seen.filter((value): value is number => value !== null);
  let [low, high] = (paper.robust && robustRange(known)) || [
    known.reduce((a, b) => Math.min(a, b), Infinity),
    known.reduce((a, b) => Math.max(a, b), -Infinity),
  ];
  if (!(low <= high)) [low, high] = paper.log ? [1, 10] : [0, 1];
  if (paper.log) return [low / 1.1, high * 1.1];
  const room = (high - low) * 0.05 || Math.abs(high) * 0.05 || 1;
  return [low - room, high + room];
}

export function svgOf(paper: ChartPaper): string {
  const curves = paper.log ? paper.curves.map((curve) => ({ ...curve, y: positive(curve.y) })) : paper.curves;
  const [low, high] = rangeOf(paper, curves);
  const bottom = HEIGHT - 48;
  const total = HEIGHT + ROW * Math.ceil(curves.length / 2);
  const width = WIDTH - LEFT - RIGHT;
  const across = (x: number) => LEFT + ((x - paper.x[0]) / (paper.x[1] - paper.x[0])) * width;
  const height = paper.log
    ? (y: number) => Math.log(y / low) / Math.log(high / low)
    : (y: number) => (y - low) / (high - low);
  const down = (y: number) => bottom - height(y) * (bottom - TOP);
  const number = (value: number) => value.toFixed(2).replace(/\.?0+$/, "");
  const stroke = (colour: number, dash: number, thick: string) =>
    `stroke="${paper.colours[colour % paper.colours.length]}" stroke-width="${thick}" ` +
    `stroke-dasharray="${paper.dashes[dash % paper.dashes.length]!.join(" ")}"`;
  const line = ({ x, y, colour, dash }: Curve) => {
    const points = x.flatMap((at, i) =>
      y[i] == null || at < paper.x[0] || at > paper.x[1] ? [] : [`${number(across(at))},${number(down(y[i]!))}`],
    );
    return `<polyline points="${points.join(" ")}" fill="none" ${stroke(colour, dash, "1.5")}/>`;
  };
  const grid = [
    ...ticks(...paper.x, 6).map(
      (x) =>
        `<path d="M${number(across(x))} ${TOP}V${bottom}" stroke="#ddd"/>` +
        `<text x="${number(across(x))}" y="${bottom + 16}" text-anchor="middle">${rounded(x, 6)}</text>`,
    ),
    ...(paper.log ? logTicks(low, high) : ticks(low, high, 5)).map(
      (y) =>
        `<path d="M${LEFT} ${number(down(y))}H${WIDTH - RIGHT}" stroke="#ddd"/>` +
        `<text x="${LEFT - 6}" y="${number(down(y) + 4)}" text-anchor="end">${rounded(y, 6)}</text>`,
    ),
  ];
  const legend = curves.map(({ name, colour, dash }, i) => {
    const [x, y] = [LEFT + (i % 2) * 320, HEIGHT + ROW * Math.floor(i / 2)];
    const label = `<text x="${x + 30}" y="${y + 4}">${escaped(name)}</text>`;
    return `<path d="M${x} ${y}h24" ${stroke(colour, dash, "2")}/>${label}`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${total}" viewBox="0 0 ${WIDTH} ${total}" ` +
      `font-family="sans-serif" font-size="12" fill="#222">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<clipPath id="c"><rect x="${LEFT}" y="${TOP}" width="${width}" height="${bottom - TOP}"/></clipPath>`,
    `<text x="${LEFT}" y="22" font-size="15" font-weight="600">${escaped(paper.title)}</text>`,
    ...grid,
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${bottom + 34}" text-anchor="middle">${escaped(paper.axis)}</text>`,
    `<g clip-path="url(#c)">${curves.map(line).join("")}</g>`,
    ...legend,
    "</svg>\n",
  ].join("\n");
}
