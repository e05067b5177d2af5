import { expect, test } from "vitest";
import { completions, fieldsOfChanges, readDraft } from "./new_run";

const empty = { name: "", steps: "", seed: "", changes: [], toml: "", images: "" };
const most = { minimum: 1, maximum: 100 };

test("what is not given is not sent", () => {
  expect(readDraft(empty, { recipe: "a" }, most)).toEqual({ body: { recipe: "a" }, wrong: {} });
  expect(readDraft({ ...empty, changes: ["", " "] }, { like: "b" }, most).body).toEqual({ like: "b" });
});

test("numbers are checked before they are sent", () => {
  const { body, wrong } = readDraft({ ...empty, steps: "101", seed: "7", name: " x " }, { recipe: "a" }, most);
  expect(body).toEqual({ recipe: "a", name: "x", seed: 7 });
  expect(wrong["steps"]).toContain("too many");
});

test("a text of one's own", () => {
  expect(readDraft(empty, "text", most).wrong["toml"]).toBeTruthy();
  expect(readDraft({ ...empty, toml: "x" }, "text", most)).toEqual({ body: { toml: "x" }, wrong: {} });
});

test("changes are counted as they are sent", () => {
  const changes = ["", "a.b=1", " ", "c.d=2"];
  expect(fieldsOfChanges(changes)).toEqual([null, "set[0]", null, "set[1]"]);
  expect(readDraft({ ...empty, changes }, { recipe: "a" }, most).body["set"]).toEqual(["a.b=1", "c.d=2"]);
});

test("long values and keys of no section are no completions", () => {
  expect(completions({ name: "'x'", "train.seed": "1", "generator.layers": "x".repeat(99) })).toEqual(["train.seed=1"]);
});
