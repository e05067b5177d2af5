// What several views are made of: links, a command to copy, and what is shown where there is nothing yet.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { go, hrefOf } from "../state/address";

/** A link within the page. */
export function Link({
  to,
  children,
  ...rest
}: {
  to: string;
  children: ComponentChildren;
  class?: string;
  "aria-current"?: "page";
  "aria-label"?: string;
  "data-item"?: string;
}) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a href={hrefOf(to)} onClick={follow} {...rest}>
      {children}
    </a>
  );
}

export function NoModels() {
  return (
    <section class="empty">
      <h2>No model yet</h2>
      <p>Train the small one that is built in; about two minutes. It appears here by itself.</p>
      <Command text="ganymede train shapes-hinge" />
    </section>
  );
}

/** A command to copy. */
export function Command({ text }: { text: string }) {
  const [copied, set] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    set(true);
    setTimeout(() => set(false), 1500);
  };
  return (
    <p class="command">
      <code>{text}</code>
      <button type="button" onClick={copy}>
        {copied ? "Copied" : "Copy"}
      </button>
    </p>
  );
}
