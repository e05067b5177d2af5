// Every key of the page, by where it works.
import { useLayoutEffect, useRef } from "preact/hooks";

const KEYS: { where: string; keys: [string, string][] }[] = [
  {
    where: "Everywhere",
    keys: [
      ["Ctrl K", "commands: runs, models, views by a few letters"],
      ["?", "this help"],
      ["j", "to the next run, model or image"],
      ["k", "to the one before"],
    ],
  },
  {
    where: "Large view of an image",
    keys: [
      ["← →", "the one before, the next"],
      ["s", "save"],
      ["b", "mark best"],
      ["n", "nearest training images"],
      ["a m p", "to A, − B, + C of the arithmetic"],
      ["w o", "to a direction's images with and without"],
      ["1 2 3 4", "to a corner of the pad and the interpolation"],
    ],
  },
  {
    where: "Gallery",
    keys: [["x", "choose the focused image, or no longer"]],
  },
  {
    where: "Compare, while voting",
    keys: [
      ["1 2 3 4", "prefer that image of the row"],
      ["0", "no preference"],
    ],
  },
  {
    where: "Charts",
    keys: [
      ["← →", "move the cursor of all (Shift: faster)"],
      ["+ −", "zoom"],
      ["0", "show all"],
      ["Enter", "the samples of that step"],
    ],
  },
  {
    where: "Grids of images",
    keys: [
      ["← → ↑ ↓", "walk"],
      ["Enter", "open or choose"],
    ],
  },
];

export function Help({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current!.showModal(), []);
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={onClose}>
      <h2 id="help-title">Keys</h2>
      {KEYS.map(({ where, keys }) => (
        <section key={where}>
          <h3>{where}</h3>
          <dl>
            {keys.map(([key, what]) => (
              <div key={key}>
                <dt>
                  {key.split(" ").map((one) => (
                    <kbd key={one}>{one}</kbd>
                  ))}
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <form method="dialog">
        <button class="close" aria-label="Close">
          ×
        </button>
      </form>
    </dialog>
  );
}
