// The page of `ganymede report`: runs in one file, which the command fills in where it says so.
import { render } from "preact";
import "uplot/dist/uPlot.min.css";
import "./style.css";
import "./explore.css";
import "./views.css";
import { Report, type ReportData } from "./report";

const data = JSON.parse(document.getElementById("report")!.textContent!) as ReportData;
document.title = data.title;
render(<Report data={data} />, document.getElementById("page")!);
