// Files of the user's: asked for, and made ready for a request.

// Kept while its dialog is open: an element that nothing holds may be collected, and the chosen file lost with it.
let asking: HTMLInputElement | undefined;

/** Asks for files, for those who cannot drop any. */
export function chooseFiles(accept: string, multiple: boolean, take: (files: File[]) => void): void {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = accept;
  input.multiple = multiple;
  input.onchange = () => input.files?.length && take([...input.files]);
  asking = input;
  asking.click();
}

const MOST_BYTES = 640_000; // of all files of one request, whose body has 1 MiB
const MOST_PIXELS = 1_000_000; // of all that are made smaller, as JPEGs: far fewer bytes than that

const base64Of = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

/** An image file in base64: itself where it is small enough for `count` of them to be sent together, else a JPEG of
 * it, made `smaller`. Throws Error for a file that this browser does not read. */
export async function contentOf(file: File, count: number): Promise<{ content: string; smaller: boolean }> {
  if (file.size <= MOST_BYTES / count)
    return { content: base64Of(new Uint8Array(await file.arrayBuffer())), smaller: false };
  const image = await createImageBitmap(file).catch(() => {
    throw new Error(`${file.name} is no image that this browser reads.`);
  });
  const shrink = Math.min(1, Math.sqrt(MOST_PIXELS / count / (image.width * image.height)));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.width * shrink));
  canvas.height = Math.max(1, Math.round(image.height * shrink));
  const context = canvas.getContext("2d")!;
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return { content: canvas.toDataURL("image/jpeg", 0.95).split(",")[1]!, smaller: true };
}
