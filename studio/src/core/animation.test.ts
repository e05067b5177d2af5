// tests/browser/test_web_folder.py lets a browser read whole files; here are the cases that its images may not reach.
import { expect, test } from "vitest";
import { indexed, packed } from "./animation";

/** GIF's LZW read again, as its specification (appendix F) says. */
function unpacked(data: Uint8Array): number[] {
  const out: number[] = [];
  let [at, width] = [0, 9];
  let table: number[][] = [];
  let last: number[] | null = null;
  const read = (): number => {
    let code = 0;
    for (let i = 0; i < width; ++i, ++at) code |= ((data[at >> 3]! >> (at & 7)) & 1) << i;
    return code;
  };
  for (let code = read(); code !== 257; code = read()) {
    if (code === 256) {
      table = Array.from({ length: 258 }, (_, i) => [i]);
      [width, last] = [9, null];
      continue;
    }
    const word: number[] = table[code] ?? [...last!, last![0]!];
    out.push(...word);
    if (last && table.length < 4096) table.push([...last, word[0]!]);
    if (table.length === 1 << width && width < 12) ++width;
    last = word;
  }
  return out;
}

test("what is packed comes out again, at every length", () => {
  let state = 1;
  const noise = Uint8Array.from({ length: 20_000 }, () => (state = (state * 48271) % 2147483647) & 255);
  for (const values of [Uint8Array.of(7), new Uint8Array(9000), noise.map((value) => value & 3), noise])
    expect(unpacked(packed(values))).toEqual([...values]);
  for (let length = 1; length < 1500; ++length)
    expect(unpacked(packed(noise.subarray(0, length)))).toEqual([...noise.subarray(0, length)]);
});

test("few colours are kept, many come near", () => {
  const frame = (colours: number, step: number) => {
    const pixels = new Uint8ClampedArray(4 * colours).fill(255);
    for (let i = 0; i < colours; ++i) pixels.set([(i * step) & 255, (i * 7) & 255, i >> 4], 4 * i);
    return { width: colours, height: 1, pixels };
  };
  for (const [image, near] of [
    [frame(256, 1), 0],
    [frame(4096, 3), 32],
  ] as const) {
    const { colours, indices } = indexed(image);
    expect(colours.length).toBeLessThanOrEqual(256);
    indices.forEach((place, i) => {
      for (let k = 0; k < 3; ++k)
        expect(Math.abs(colours[place]![k]! - image.pixels[4 * i + k]!)).toBeLessThanOrEqual(near);
    });
  }
});

test("a frame of a photograph, where nearly every pixel has its own colour", () => {
  const pixels = new Uint8ClampedArray(4 * 300_000).map((_, i) => (Math.imul(i + 1, 2654435761) >>> 13) & 255);
  const { colours, indices } = indexed({ width: 600, height: 500, pixels });
  expect(colours.length).toBe(256);
  expect(indices.length).toBe(300_000);
});
