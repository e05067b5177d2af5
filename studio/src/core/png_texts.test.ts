import { expect, test } from "vitest";
import { placeOf, textsOf } from "./png_texts";

function chunk(kind: string, body: number[]): number[] {
  const length = body.length;
  return [
    length >>> 24,
    (length >>> 16) & 255,
    (length >>> 8) & 255,
    length & 255,
    ...[...kind].map((c) => c.charCodeAt(0)),
    ...body,
    0,
    0,
    0,
    0,
  ];
}
const latin = (text: string) => [...text].map((c) => c.charCodeAt(0));
const utf8 = (text: string) => [...new TextEncoder().encode(text)];
const png = (...chunks: number[][]) => new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10, ...chunks.flat()]);

test("texts of both kinds", () => {
  const bytes = png(
    chunk("IHDR", Array(13).fill(0)),
    chunk("tEXt", latin("Model\0tiny")),
    chunk("iTXt", [...latin("Class\0"), 0, 0, ...latin("\0\0"), ...utf8("frösch")]),
    chunk("IEND", []),
  );
  expect(textsOf(bytes)).toEqual({ Model: "tiny", Class: "frösch" });
  expect(textsOf(new Uint8Array([1, 2, 3]))).toBeNull();
  expect(textsOf(bytes.subarray(0, bytes.length - 20))).toEqual({ Model: "tiny" });
});

const said = { Software: "Ganymede", Model: "tiny", Step: "40", Seed: "7", Index: "3" };

test("where an image is found again", () => {
  expect(placeOf(said)).toEqual({ address: "/generate?model=tiny&step=40&count=16&seed=7&show=both&open=trained%3A3" });
  expect(placeOf({ ...said, Index: "20", Network: "untrained", Truncation: "0.5", Class: "a b" })).toEqual({
    address: "/generate?model=tiny&step=40&count=21&seed=7&class=a+b&truncation=0.5&show=untrained&open=untrained%3A20",
  });
  const { Index: _, ...sheet } = said;
  expect(placeOf({ ...sheet, Count: "4" })).toEqual({
    address: "/generate?model=tiny&step=40&count=4&seed=7&show=both",
  });
});

test("what is in the way is said", () => {
  const wrong = (texts: Record<string, string> | null) => (placeOf(texts) as { wrong: string }).wrong;
  expect(wrong(null)).toMatch("no PNG");
  expect(wrong({ Software: "Other" })).toMatch("does not say");
  expect(wrong({ Software: "Ganymede", Model: "tiny" })).toMatch("between points");
  expect(wrong({ ...said, Index: "64" })).toMatch("beyond");
});
