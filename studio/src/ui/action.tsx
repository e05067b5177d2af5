// A button whose deed may fail.
import { useState } from "preact/hooks";

/** A button that asks for something once, and says what is wrong with it. */
export function Action({ text, ask, disabled }: { text: string; ask: () => Promise<void>; disabled?: boolean }) {
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
      <button type="button" onClick={press} disabled={busy || disabled}>
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
