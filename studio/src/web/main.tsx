import { render } from "preact";
import "../app/style.css";
import "../app/explore.css";
import "../app/views.css";
import { App } from "./app";
import { loadModel } from "./client";

const place = document.getElementById("app")!;
loadModel().then(
  (model) => render(<App model={model} />, place),
  (error: Error) =>
    render(
      <p class="wrong">
        The model cannot be read: {error.message}. A page on file:// may read no files: put the folder on a host, or run
        python3 -m http.server in it.
      </p>,
      place,
    ),
);
