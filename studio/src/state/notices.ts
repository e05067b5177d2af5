// Notifications of the browser when a training ends or goes wrong: for who asked for them, in this browser.
import { useEffect, useState } from "preact/hooks";
import { call } from "../api/client";
import type { Answer, Training } from "../api/types";
import { noticesOf, type Standing } from "../core/notices";
import { go } from "./address";

const KEY = "notify",
  CHANGED = "notify-changed";
const LOOK = 5000; // milliseconds; browsers make it a minute where the page cannot be seen

const isWanted = (): boolean =>
  "Notification" in window && Notification.permission === "granted" && localStorage.getItem(KEY) === "1";

/** Whether they are shown, and what turns them on or off; it fails where the browser forbids them. */
export function useNotifications(): { possible: boolean; on: boolean; set: (on: boolean) => Promise<void> } {
  const [on, setOn] = useState(isWanted);
  useEffect(() => {
    const update = () => setOn(isWanted());
    addEventListener(CHANGED, update);
    return () => removeEventListener(CHANGED, update);
  }, []);
  const set = async (wanted: boolean) => {
    if (wanted && (await Notification.requestPermission()) !== "granted")
      throw new Error("The browser shows no notifications of this page: its settings say so.");
    localStorage.setItem(KEY, wanted ? "1" : "0");
    dispatchEvent(new Event(CHANGED));
  };
  return { possible: "Notification" in window, on, set };
}

function show({ id, title, body }: ReturnType<typeof noticesOf>[number]) {
  const shown = new Notification(title, { body, tag: title }); // one, however many pages are open
  shown.onclick = () => {
    window.focus();
    go(`/runs/${encodeURIComponent(id)}`);
    shown.close();
  };
}

/** Looks at the runs while they are wanted, whatever view is open and whether it can be seen. */
export function useNotices(): void {
  const { on } = useNotifications();
  useEffect(() => {
    if (!on) return;
    let known: Standing[] = [];
    let failure: string | null = null; // of the last look; null before the first
    const look = async () => {
      const { runs } = await call<Answer<"listRuns">>("runs");
      noticesOf(known, runs).forEach(show);
      known = runs;
      // One that never became a run: its data cannot be read, say.
      const { failed } = await call<Training>("training");
      const now = failed && !runs.some(({ id }) => id === failed.id) ? `${failed.id}: ${failed.detail}` : "";
      if (failed && now && failure !== null && now !== failure)
        show({ id: failed.id, title: `${failed.id} failed`, body: failed.detail });
      failure = now;
    };
    const away = () => undefined; // the shell says so
    void look().catch(away);
    const timer = setInterval(() => void look().catch(away), LOOK);
    return () => clearInterval(timer);
  }, [on]);
}
