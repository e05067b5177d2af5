// GIF and APNG as image/animation.cpp writes them: here from pixels that the page has.

export interface Frame {
  width: number;
  height: number;
  pixels: Uint8ClampedArray; // RGBA, opaque
}

class Bytes {
  private bytes = new Uint8Array(4096);
  private size = 0;
  private append = (values: ArrayLike<number>): void => {
    if (this.size + values.length > this.bytes.length) {
      const larger = new Uint8Array(2 * (this.size + values.length));
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes.set(values, this.size);
    this.size += values.length;
  };
  little = (...values: number[]): void => values.forEach((value) => this.append([value & 255, value >> 8]));
  push = (...values: number[]): void => this.append(values);
  text = (word: string): void => this.append([...word].map((letter) => letter.charCodeAt(0)));
  take = (): Uint8Array => this.bytes.slice(0, this.size);
}

const COLOURS = 256;
type Colour = [red: number, green: number, blue: number, count: number];

/** A box of colours is cut where half of its pixels lie on either side, along its widest channel. */
function cut(box: Colour[], channel: number): [Colour[], Colour[]] {
  box.sort((a, b) => a[channel]! - b[channel]!);
  const half = box.reduce((sum, one) => sum + one[3], 0) / 2;
  let [at, before] = [0, 0];
  while (at < box.length - 1 && (at === 0 || before + box[at]![3] <= half)) before += box[at++]![3];
  return [box.slice(0, at), box.slice(at)];
}

function widest(box: Colour[]): { channel: number; range: number } {
  const least = [255, 255, 255], most = [0, 0, 0]; // of each channel; a box may hold more than a call takes arguments
  for (const colour of box) {
    for (let k = 0; k < 3; ++k) {
      least[k] = Math.min(least[k]!, colour[k]!);
      most[k] = Math.max(most[k]!, colour[k]!);
    }
  }
  const ranges = most.map((value, k) => value - least[k]!);
  const range = Math.max(...ranges);
  return { channel: ranges.indexOf(range), range };
}

/** At most 256 colours for a frame (median cut, Heckbert 1982), and each pixel's place among them. */
export function indexed({ pixels }: Frame): { colours: number[][]; indices: Uint8Array } {
  const counts = new Map<number, number>();
  const keys = new Uint32Array(pixels.length / 4);
  for (let i = 0; i < keys.length; ++i) {
    keys[i] = (pixels[4 * i]! << 16) | (pixels[4 * i + 1]! << 8) | pixels[4 * i + 2]!;
    counts.set(keys[i]!, (counts.get(keys[i]!) ?? 0) + 1);
  }
  const all = [...counts].map(([key, count]): Colour => [key >> 16, (key >> 8) & 255, key & 255, count]);
  const boxes = [{ colours: all, ...widest(all) }];
  while (boxes.length < COLOURS) {
    const worst = boxes.reduce((a, b) => (b.range > a.range ? b : a));
    if (!worst.range) break;
    const [low, high] = cut(worst.colours, worst.channel);
    boxes[boxes.indexOf(worst)] = { colours: low, ...widest(low) };
    boxes.push({ colours: high, ...widest(high) });
  }
  const places = new Map<number, number>();
  const colours = boxes.map(({ colours: box }, place) => {
    box.forEach(([red, green, blue]) => places.set((red << 16) | (green << 8) | blue, place));
    const total = box.reduce((sum, one) => sum + one[3], 0);
    return [0, 1, 2].map((k) => Math.round(box.reduce((sum, one) => sum + one[k]! * one[3], 0) / total));
  });
  return { colours, indices: Uint8Array.from(keys, (key) => places.get(key)!) };
}

/** GIF's LZW, of whole bytes. */
export function packed(indices: Uint8Array): Uint8Array {
  const [clear, end, limit] = [256, 257, 4096];
  const out: number[] = [];
  let [bits, held, width, next] = [0, 0, 9, end + 1];
  let codes = new Map<number, number>();
  const put = (code: number): void => {
    bits |= code << held;
    for (held += width; held >= 8; held -= 8, bits >>>= 8) out.push(bits & 255);
  };
  put(clear);
  let prefix = indices[0]!;
  for (const index of indices.subarray(1)) {
    const key = prefix * 256 + index;
    const known = codes.get(key);
    if (known !== undefined) {
      prefix = known;
      continue;
    }
    put(prefix);
    prefix = index;
    if (next === limit) {
      put(clear);
      codes = new Map();
      [width, next] = [9, end + 1];
      continue;
    }
    codes.set(key, next);
    if (next++ === 1 << width) ++width;
  }
  put(prefix);
  // The reader has added one code more by now, and may read wider ones.
  if (next === 1 << width && width < 12) ++width;
  put(end);
  if (held) out.push(bits & 255);
  return Uint8Array.from(out);
}

/** An animated GIF that repeats for ever, frame by frame; each has its own colours. */
export class Gif {
  private readonly out = new Bytes();

  constructor(
    private readonly width: number,
    private readonly height: number,
    private readonly milliseconds: number, // that a frame is shown for
  ) {
    this.out.text("GIF89a");
    this.out.little(width, height);
    this.out.push(0x70, 0, 0);
    this.out.push(0x21, 0xff, 11);
    this.out.text("NETSCAPE2.0");
    this.out.push(3, 1, 0, 0, 0);
  }

  add(frame: Frame): void {
    const { out } = this;
    const { colours, indices } = indexed(frame);
    out.push(0x21, 0xf9, 4, 4);
    out.little(Math.max(1, Math.floor((this.milliseconds + 5) / 10)));
    out.push(0, 0, 0x2c);
    out.little(0, 0, this.width, this.height);
    out.push(0x87);
    for (let i = 0; i < COLOURS; ++i) out.push(...(colours[i] ?? [0, 0, 0]));
    out.push(8);
    const data = packed(indices);
    for (let at = 0; at < data.length; at += 255) {
      const block = data.subarray(at, at + 255);
      out.push(block.length, ...block);
    }
    out.push(0);
  }

  end(): Uint8Array {
    this.out.push(0x3b);
    return this.out.take();
  }
}

export function gif(frames: Frame[], milliseconds: number): Uint8Array {
  const { width, height } = frames[0]!;
  const out = new Gif(width, height, milliseconds);
  for (const frame of frames) out.add(frame);
  return out.end();
}

const SIGNATURE = 8;
const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; ++k) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function chunk(type: string, content: Uint8Array): Uint8Array {
  const out = new Uint8Array(content.length + 12);
  const view = new DataView(out.buffer);
  view.setUint32(0, content.length);
  for (let i = 0; i < 4; ++i) out[4 + i] = type.charCodeAt(i);
  out.set(content, 8);
  let c = 0xffffffff;
  for (const byte of out.subarray(4, content.length + 8)) c = CRC[(c ^ byte) & 255]! ^ (c >>> 8);
  view.setUint32(content.length + 8, ~c >>> 0);
  return out;
}

function* chunksOf(png: Uint8Array): Generator<[type: string, content: Uint8Array]> {
  const view = new DataView(png.buffer, png.byteOffset);
  for (let at = SIGNATURE; at < png.length; at += 12 + view.getUint32(at))
    yield [String.fromCharCode(...png.subarray(at + 4, at + 8)), png.subarray(at + 8, at + 8 + view.getUint32(at))];
}

const numbers = (...values: number[]): Uint8Array => {
  const out = new Uint8Array(4 * values.length);
  values.forEach((value, i) => new DataView(out.buffer).setUint32(4 * i, value));
  return out;
};

const joined = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

/** An APNG that repeats for ever, of PNGs that are equally large. */
export function apng(pngs: Uint8Array[], milliseconds: number): Uint8Array {
  const [, header] = chunksOf(pngs[0]!).next().value as [string, Uint8Array];
  const parts = [pngs[0]!.subarray(0, SIGNATURE), chunk("IHDR", header), chunk("acTL", numbers(pngs.length, 0))];
  let sequence = 0;
  pngs.forEach((png, i) => {
    const delay = Uint8Array.of(milliseconds >> 8, milliseconds & 255, 1000 >> 8, 1000 & 255, 0, 0);
    parts.push(chunk("fcTL", joined(numbers(sequence++), header.subarray(0, 8), numbers(0, 0), delay)));
    for (const [type, content] of chunksOf(png)) {
      if (type !== "IDAT") continue;
      parts.push(i ? chunk("fdAT", joined(numbers(sequence++), content)) : chunk("IDAT", content));
    }
  });
  return joined(...parts, chunk("IEND", new Uint8Array()));
}
