// Asks the browser to tell when trainings end.
import { useNotifications } from "../../state/notices";
import { Action } from "../../ui/action";

export function NotifyButton() {
  const { possible, on, set } = useNotifications();
  if (!possible) return null;
  return <Action text={on ? "Notify me no longer" : "Notify me when a training ends"} ask={() => set(!on)} />;
}
