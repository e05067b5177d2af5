import { render } from "preact";
import { App } from "./app";
import "uplot/dist/uPlot.min.css";
import "./style.css";
import "./explore.css";
import "./views.css";

render(<App />, document.getElementById("app")!);
