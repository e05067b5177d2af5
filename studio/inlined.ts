import type { Plugin } from "vite";

/** Puts scripts and styles into the page itself: first paint needs one round trip, and the server names both by
 * digest. */
export function inlined(name = "index.html"): Plugin {
  return {
    name: "inlined",
    enforce: "post",
    generateBundle(_options, bundle) {
      const page = bundle[name];
      if (page?.type !== "asset") throw new Error("no page to put the scripts into");
      let html = String(page.source);
      for (const [other, file] of Object.entries(bundle)) {
        if (file === page) continue;
        const text = file.type === "chunk" ? file.code : String(file.source);
        if (text.includes("</script") || text.includes("</style"))
          throw new Error(`${other} would end its own element`);
        // The script runs after the page's elements are there, as a module would.
        const [tag, element] =
          file.type === "chunk"
            ? [/<script[^>]*><\/script>\s*/, `<script type="module">${text}</script>`]
            : [/<link rel="stylesheet"[^>]*>/, `<style>${text}</style>`];
        if (!tag.test(html)) throw new Error(`${other} is not in the page`);
        html = html.replace(tag, () => element);
        delete bundle[other];
      }
      page.source = html;
    },
  };
}
