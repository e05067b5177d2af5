// What the REST API answers: /api/v1/openapi.json describes it.
export interface Model {
  id: string;
  title: string;
  recipe: string;
  run: string | null;
  step: number;
  image: { width: number; height: number; channels: number };
  latent: { size: number; distribution: string };
  classes: string[];
  data: string;
  ema: boolean; // it generates with the running average of its weights
  parameters: number;
  bytes: number;
}

export interface Layers {
  layers: { name: string; kind: string; output: number[]; params: number }[];
  total: number;
  trainable: number;
  non_trainable: number;
  multiply_adds: number;
}

export interface ModelDetails extends Model {
  generator: Layers;
  discriminator: Layers;
  toml: string;
  about: string;
}

export interface GeneratedImage {
  png: string; // base64
  class?: string;
}

/** A training image near to an image. */
export interface Near extends GeneratedImage {
  index: number;
  distance: number;
}

export interface Generated {
  seed?: number;
  images: GeneratedImage[];
}

export interface Reckoned extends Generated {
  mean_a: GeneratedImage;
  mean_b: GeneratedImage;
  mean_c: GeneratedImage;
}

export interface Run {
  id: string;
  recipe: string | null;
  state: "waiting" | "running" | "done" | "stopped" | "failed" | "lost"; // lost: it says it runs, and no process does
  resumable: boolean; // it lacks steps, and there is a checkpoint to go on from
  why: string | null; // of a failure
  health: string | null; // what is wrong with how it trains
  step: number | null;
  epoch: number | null;
  progress: number | null;
  images_per_s: number | null;
  seconds: number | null;
  seconds_left: number | null;
  rows: number;
  last: Record<string, number | null>;
  sample: string | null;
}

export interface RunDetails extends Run {
  toml: string;
  shipped_toml: string;
  environment: Record<string, unknown> | null;
  samples: string[];
  images: string[];
}

/** What the server was started with --allow-training for. */
export interface Training {
  allowed: boolean;
  recipes: { name: string; title: string; data: string }[];
  current: { id: string; stopping: boolean } | null;
  failed: { id: string; detail: string } | null;
}
