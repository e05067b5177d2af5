// What a run's training says, as it says it.
import { useEffect, useRef, useState } from "preact/hooks";
import { Problem, call } from "../../api/client";
import { useResource } from "../../api/resource";
import type { Log, Run } from "../../api/types";
import { joined } from "../../core/log_text";
import { isUnderWay } from "../../state/runs";
import type { Trainer } from "./training";

const LOOK = 2000; // milliseconds

/** Its last part, and then what is new; an empty text where there is no log. */
function useLog(id: string, wanted: boolean, live: boolean): string | null {
  const known = useRef<Log | null>(null);
  const ask = async (signal: AbortSignal) => {
    const from = known.current ? `?from=${known.current.end}` : "";
    try {
      known.current = joined(known.current, await call<Log>(`runs/${id}/log${from}`, undefined, { signal }));
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 404) throw error;
      known.current = null;
    }
    return known.current?.text ?? "";
  };
  return useResource(wanted ? id : null, ask, { every: live ? LOOK : 0, version: String(live) }).value;
}

export function LogCard({ run, trainer }: { run: Run; trainer: Trainer }) {
  const live = isUnderWay(run);
  const [open, setOpen] = useState(live);
  const text = useLog(run.id, open && Boolean(trainer.training?.allowed), live);
  const box = useRef<HTMLPreElement>(null);
  const follows = useRef(true); // until one scrolls back
  useEffect(() => {
    if (box.current && follows.current) box.current.scrollTop = box.current.scrollHeight;
  }, [text]);
  if (!trainer.training?.allowed) return null;
  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current!;
    follows.current = scrollHeight - scrollTop - clientHeight < 24;
  };
  return (
    <details class="card" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Log</summary>
      {text === "" && <p class="quiet">None: the run’s folder has no train.log.</p>}
      {text && (
        <pre ref={box} class="log" role="log" aria-label={`Log of ${run.id}`} tabIndex={0} onScroll={onScroll}>
          {text}
        </pre>
      )}
    </details>
  );
}
