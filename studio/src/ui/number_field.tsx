// A number to be typed, with what is wrong with it below.
import type { ComponentChildren } from "preact";

interface NumberFieldProps {
  id: string;
  label: string;
  text: string;
  wrong: string | undefined;
  wide?: boolean;
  focus?: { current: HTMLInputElement | null };
  hint?: string;
  onText: (text: string) => void;
  children?: ComponentChildren;
}

/** The label, the number, and below them what is wrong; `hint` and `children` stand behind the number. */
export function NumberField({ id, label, text, wrong, wide, focus, hint, onText, children }: NumberFieldProps) {
  return (
    <>
      <label for={id}>{label}</label>
      <span class="row">
        <input
          id={id}
          ref={focus}
          class={wide ? "number wide" : "number"}
          inputMode="numeric"
          autocomplete="off"
          value={text}
          onInput={(event) => onText(event.currentTarget.value)}
          aria-invalid={wrong !== undefined}
          aria-describedby={wrong ? `${id}-wrong` : hint ? `${id}-hint` : undefined}
        />
        {hint && (
          <span id={`${id}-hint`} class="quiet">
            {hint}
          </span>
        )}
        {children}
      </span>
      {wrong && (
        <p id={`${id}-wrong`} class="wrong" role="alert">
          {wrong}
        </p>
      )}
    </>
  );
}

interface SeedFieldProps {
  text: string;
  wrong: string | undefined;
  onText: (text: string) => void;
  roll: () => void;
}

export function SeedField({ text, wrong, onText, roll }: SeedFieldProps) {
  return (
    <div class="field">
      <NumberField id="seed" label="Seed" text={text} wrong={wrong} wide onText={onText}>
        <button type="button" onClick={roll} aria-label="Roll another seed" title="Roll another seed">
          ⚄
        </button>
      </NumberField>
    </div>
  );
}
