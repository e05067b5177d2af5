// What the REST API answers, by names. All of it is generated from openapi.json (npm run types); nothing is written
// here that the server does not say of itself.
import type { components, operations } from "openapi";

type Schemas = components["schemas"];

/** The JSON of a success, by the operation's id. */
export type Answer<Id extends keyof operations> = operations[Id]["responses"] extends {
  200: { content: { "application/json": infer Json } };
}
  ? Json
  : operations[Id]["responses"] extends { 202: { content: { "application/json": infer Json } } }
    ? Json
    : never;

export type Model = Schemas["Model"];
export type Layers = Schemas["Layers"];
export type ModelDetails = Schemas["ModelDetails"];
export type GeneratedImage = Pick<Schemas["GeneratedImage"], "png" | "class">;
export type Generated = Schemas["Generated"];
export type ArithmeticImages = Schemas["ArithmeticImages"];
export type KeptOfModel = Schemas["KeptOfModel"];
export type Run = Schemas["Run"];
export type RunDetails = Schemas["RunDetails"];
export type Training = Schemas["Training"];
export type DataCheck = Schemas["DataCheck"];
export type Estimate = Schemas["Estimate"];
export type Log = Schemas["Log"];
export type RecipeCheck = Schemas["RecipeCheck"];
export type OutlinedRecipe = NonNullable<RecipeCheck["recipe"]>;
