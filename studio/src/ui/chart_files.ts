// A chart as a file: SVG for papers, PNG of that, CSV of its values.
import { saveAs } from "../api/client";
import { svgOf, type ChartPaper } from "../core/chart_svg";
import { csvOf } from "../core/curves";

const LARGER = 2; // pixels of the PNG for one of the SVG

export type ChartFormat = "PNG" | "SVG" | "CSV";

function saveText(text: string, type: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  saveAs(address, name);
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

async function savePng(svg: string, name: string): Promise<void> {
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth * LARGER, image.naturalHeight * LARGER];
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(address);
  saveAs(canvas.toDataURL("image/png"), name);
}

export function saveChart(paper: ChartPaper, format: ChartFormat): void {
  const name = `${paper.title.replace(/[^\w.-]+/g, "-").toLowerCase()}.${format.toLowerCase()}`;
  if (format === "CSV") saveText(csvOf(paper.axis, paper.curves), "text/csv", name);
  else if (format === "SVG") saveText(svgOf(paper), "image/svg+xml", name);
  else void savePng(svgOf(paper), name);
}
