import { expect, test } from "vitest";
import { redoCommand } from "./redo";

test("the command has what the environment knows", () => {
  expect(redoCommand("tiny", { threads: 1, seed: 7, precision: "f32" })).toBe(
    "ganymede --threads 1 train recipe.toml --seed 7 --precision f32 -o runs/tiny",
  );
  expect(redoCommand("tiny", null)).toBe("ganymede train recipe.toml -o runs/tiny");
  expect(redoCommand("tiny", { threads: "many", seed: null })).toBe("ganymede train recipe.toml -o runs/tiny");
});

test("names are one word for a shell", () => {
  expect(redoCommand("elsewhere/it's mine", {})).toBe("ganymede train recipe.toml -o 'runs/it'\\''s mine'");
});
