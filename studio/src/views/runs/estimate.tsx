// How long the training would take on the server's machine: asked for, for some steps are really done.
import { useState } from "preact/hooks";
import { call } from "../../api/client";
import type { Estimate } from "../../api/types";
import { duration, rounded, short } from "../../core/numbers";

function Measured({ seconds, seconds_per_step, images_per_s, memory_bytes }: Estimate) {
  if (seconds_per_step === null)
    return <>A step cannot be timed before the training: it starts from images of its source.</>;
  return (
    <>
      {seconds === null ? "It depends on how many images there are" : `About ${duration(seconds)} in all`}:{" "}
      {rounded(seconds_per_step, 3)} s a step, {rounded(images_per_s, 3)} images/s;{" "}
      {memory_bytes !== null && `${short(memory_bytes)}B of memory at most, without the images`}
    </>
  );
}

/** `body` is the request; what was measured holds for that alone. */
export function EstimateButton({ body }: { body: object }) {
  const [found, set] = useState<{ of: string; estimate?: Estimate; wrong?: string } | null>(null);
  const now = JSON.stringify(body);
  const own = found?.of === now ? found : null;
  const ask = () => {
    set({ of: now });
    call<Estimate>("recipes/estimate", body).then(
      (estimate) => set({ of: now, estimate }),
      (error: Error) => set({ of: now, wrong: error.message }),
    );
  };
  const busy = own !== null && !own.estimate && !own.wrong;
  return (
    <p class="row">
      <button type="button" onClick={ask} disabled={busy}>
        Estimate time and memory
      </button>
      <span role="status" class={own?.wrong ? "wrong" : "quiet"}>
        {busy && "Some steps are timed …"}
        {own?.estimate && <Measured {...own.estimate} />}
        {own?.wrong}
      </span>
    </p>
  );
}
