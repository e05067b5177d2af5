// The latent space: A - B + C, a direction from two groups, and what lies between images and classes.
import * as limits from "limits";
import { HAS_SERVER } from "../../api/client";
import type { Model } from "../../api/types";
import { seedOf } from "../../core/numbers";
import { textOf, type Point } from "../../core/points";
import type { Address } from "../../state/address";
import { DIRECTION_OPERANDS, OPERANDS, cornersOf } from "../../state/operands";
import { Arithmetic, MAX_RADIUS } from "./arithmetic";
import { Direction, MAX_STRENGTH } from "./direction";
import { Pad } from "./pad";
import { Palette } from "./palette";
import { Project } from "./project";
import { classOf, pointsFor, type Groups } from "./parts";
import { Sliders } from "./sliders";
import { Timeline, frameOf, interpolationOf } from "./timeline";

/** A number of the address from 0 to `most`. */
const numberIn = (query: URLSearchParams, name: string, usual: number, most: number): number =>
  Math.min(most, Math.max(0, Number(query.get(name) ?? usual) || 0));

export function Explore({ model, address }: { model: Model; address: Address }) {
  const { query } = address;
  const found = seedOf(query.get("seed") ?? "1");
  const seed = "value" in found ? found.value : 1;
  const label = classOf(model);
  const pointOfPalette = (index: number): Point => ({ seed, index, ...(label === undefined ? {} : { class: label }) });
  const groups = Object.fromEntries(
    [...OPERANDS, ...DIRECTION_OPERANDS].map((operand) => [operand, pointsFor(model, query.get(operand))]),
  ) as Groups;
  const corners = pointsFor(model, textOf(cornersOf(query)));
  const [x = 0.5, y = 0.5] = (query.get("pad") ?? "0.5,0.5")
    .split(",")
    .map((text) => Math.min(1, Math.max(0, Number(text) || 0)));
  const asked = query.get("to") ?? "";
  const toClass = model.classes.includes(asked) ? asked : "";
  return (
    <>
      <h1>Explore</h1>
      <Palette model={model} groups={groups} seed={seed} pointOf={pointOfPalette} corners={corners} />
      <Arithmetic
        model={model}
        groups={groups}
        radius={numberIn(query, "radius", limits.arithmetic.radius.default, MAX_RADIUS)}
      />
      <Direction
        model={model}
        groups={groups}
        images={corners}
        strength={numberIn(query, "strength", limits.direction.strength.default, MAX_STRENGTH)}
      />
      <Sliders model={model} images={corners} text={query.get("sliders")} />
      {HAS_SERVER && <Project model={model} />}
      <Pad model={model} corners={corners} x={x} y={y} />
      <Timeline
        model={model}
        corners={corners}
        interpolation={interpolationOf(query.get("interpolation") ?? query.get("way"))}
        toClass={toClass}
        still={toClass !== "" && query.get("still") === "1"}
        frame={frameOf(query.get("frame"))}
      />
    </>
  );
}
