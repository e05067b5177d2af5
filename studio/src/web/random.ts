// The program's random numbers: its named streams (src/ganymede/core/random.h), and behind them the generator and the
// distributions of LibTorch on a CPU, so that a seed gives the same noise here as there.
const MASK = (1n << 64n) - 1n;
const mix = (value: bigint): bigint => {
  let x = (value + 0x9e3779b97f4a7c15n) & MASK;
  x = ((x ^ (x >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
  x = ((x ^ (x >> 27n)) * 0x94d049bb133111ebn) & MASK;
  return x ^ (x >> 31n);
};

/** What the named random stream starts from, at `position`. */
export function streamSeed(seed: number, name: string, position: number): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const letter of new TextEncoder().encode(name)) hash = ((hash ^ BigInt(letter)) * 0x100000001b3n) & MASK;
  return mix(mix(mix(BigInt(seed)) ^ hash) ^ BigInt(position));
}

const SIZE = 624;
const SHIFT = 397;

/** MT19937 (Matsumoto and Nishimura 1998), which takes 32 bits of a seed. */
class Twister {
  private readonly state = new Uint32Array(SIZE);
  private at = SIZE;

  constructor(seed: bigint) {
    this.state[0] = Number(seed & 0xffffffffn);
    for (let i = 1; i < SIZE; ++i) {
      const before = this.state[i - 1]! ^ (this.state[i - 1]! >>> 30);
      this.state[i] = Math.imul(before, 1812433253) + i;
    }
  }

  /** 32 bits. */
  next(): number {
    if (this.at === SIZE) this.twist();
    let y = this.state[this.at++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** In [0, 1), as f32 has them. */
  single = (): number => (this.next() & 0xffffff) * 2 ** -24;
  /** In [0, 1), as f64 has them. */
  double(): number {
    const high = this.next() & 0x1fffff;
    return (high * 2 ** 32 + this.next()) * 2 ** -53;
  }

  private twist(): void {
    for (let i = 0; i < SIZE; ++i) {
      const y = (this.state[i]! & 0x80000000) | (this.state[(i + 1) % SIZE]! & 0x7fffffff);
      this.state[i] = this.state[(i + SHIFT) % SIZE]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.at = 0;
  }
}

const BLOCK = 16; // LibTorch fills so many at once, and smaller tensors one by one

/** Box and Muller 1958, on two halves of a block. */
function normalBlock(values: Float32Array, from: number): void {
  for (let i = from; i < from + BLOCK / 2; ++i) {
    const radius = Math.sqrt(-2 * Math.log(Math.fround(1 - values[i]!)));
    const angle = 2 * Math.PI * values[i + BLOCK / 2]!;
    values[i] = radius * Math.cos(angle);
    values[i + BLOCK / 2] = radius * Math.sin(angle);
  }
}

function normals(twister: Twister, size: number): Float32Array {
  const values = new Float32Array(size);
  if (size < BLOCK) {
    for (let i = 0; i < size; i += 2) {
      const angle = 2 * Math.PI * twister.double();
      const radius = Math.sqrt(-2 * Math.log1p(-twister.double()));
      values[i] = radius * Math.cos(angle);
      if (i + 1 < size) values[i + 1] = radius * Math.sin(angle);
    }
    return values;
  }
  for (let i = 0; i < size; ++i) values[i] = twister.single();
  for (let i = 0; i + BLOCK <= size; i += BLOCK) normalBlock(values, i);
  if (size % BLOCK !== 0) {
    const last = size - BLOCK;
    for (let i = last; i < size; ++i) values[i] = twister.single();
    normalBlock(values, last);
  }
  return values;
}

/** `size` numbers in [low, high). */
export function uniforms(seed: bigint, size: number, low: number, high: number): Float32Array {
  const twister = new Twister(seed);
  return Float32Array.from({ length: size }, () => Math.fround(twister.single() * Math.fround(high - low)) + low);
}

/** The noise of image `index` of `seed`. */
export function latentOf(seed: number, index: number, latent: { size: number; distribution: string }): Float32Array {
  const start = streamSeed(seed, "sample", index);
  return latent.distribution === "uniform"
    ? uniforms(start, latent.size, -1, 1)
    : normals(new Twister(start), latent.size);
}
