// A slider through things in an order, and Play, which goes through them by itself.
import { useEffect, useState } from "preact/hooks";

interface PlayerProps {
  title: string; // of what is shown: "Step 40"
  said?: string; // the same in words
  length: number;
  at: number;
  milliseconds: number; // that each is shown for when played
  onMove: (at: number, plays: boolean) => void; // also when Play stops, where it is
}

/** Plays from the first one again at the end, until it is told to stop. */
export function Player({ title, said, length, at, milliseconds, onMove }: PlayerProps) {
  const [plays, setPlays] = useState(false);
  useEffect(() => {
    if (!plays || length < 2) return;
    const timer = setTimeout(() => onMove((at + 1) % length, true), milliseconds);
    return () => clearTimeout(timer);
  }, [plays, at, length, milliseconds]);
  const stop = (to: number) => {
    setPlays(false);
    onMove(to, false);
  };
  return (
    <div class="row player">
      <button
        type="button"
        aria-pressed={plays}
        disabled={length < 2}
        onClick={() => (plays ? stop(at) : setPlays(true))}
      >
        {plays ? "Stop" : "Play"}
      </button>
      <label>
        <span>{title}</span>
        <input
          type="range"
          min="0"
          max={length - 1}
          value={at}
          aria-valuetext={said ?? title}
          onInput={(event) => stop(Number(event.currentTarget.value))}
        />
      </label>
    </div>
  );
}
