// A button whose deed may fail.
import { useState } from "preact/hooks";

interface ActionProps {
  text: string;
  label?: string; // in words, where the text is a sign
  ask: () => Promise<void>;
  disabled?: boolean;
}

/** A button that asks for something once, and says what is wrong with it. */
export function Action({ text, label, ask, disabled }: ActionProps) {
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const press = () => {
    setBusy(true);
    setWrong("");
    ask().then(
      () => setBusy(false),
      (error: Error) => (setBusy(false), setWrong(error.message)),
    );
  };
  return (
    <>
      <button type="button" aria-label={label} title={label} onClick={press} disabled={busy || disabled}>
        {text}
      </button>
      {wrong && (
        <span class="wrong" role="alert">
          {wrong}
        </span>
      )}
    </>
  );
}
