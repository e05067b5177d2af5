// Asks the browser to tell when trainings end.
import { useState } from "preact/hooks";
import { useNotifications } from "../../state/notices";

export function NotifyButton() {
  const { possible, on, set } = useNotifications();
  const [wrong, setWrong] = useState("");
  if (!possible) return null;
  return (
    <>
      <button type="button" onClick={() => void set(!on).then(setWrong)}>
        {on ? "Notify me no longer" : "Notify me when a training ends"}
      </button>
      {wrong && (
        <span class="wrong" role="alert">
          {wrong}
        </span>
      )}
    </>
  );
}
