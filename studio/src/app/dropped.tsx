// A PNG that is dropped on the page, or chosen, finds its point again: it says what made it.
import { useEffect } from "preact/hooks";
import { placeOf, textsOf } from "../core/png_texts";
import { go } from "../state/address";

export async function findAgain(file: File, say: (text: string) => void): Promise<void> {
  const place = placeOf(textsOf(new Uint8Array(await file.arrayBuffer())));
  if ("wrong" in place) say(place.wrong);
  else go(place.address);
}

// Kept while its dialog is open: an element that nothing holds may be collected, and the chosen file lost with it.
let asking: HTMLInputElement | undefined;

/** Asks for a file, for those who cannot drop one. */
export function chooseFile(say: (text: string) => void): void {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = "image/png";
  input.onchange = () => input.files?.[0] && void findAgain(input.files[0], say);
  asking = input;
  asking.click();
}

const holdsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;

export function useDropped(say: (text: string) => void): void {
  useEffect(() => {
    const over = (event: DragEvent) => holdsFiles(event) && event.preventDefault();
    const drop = (event: DragEvent) => {
      const file = holdsFiles(event) ? event.dataTransfer?.files[0] : undefined;
      if (!file) return;
      event.preventDefault();
      void findAgain(file, say);
    };
    addEventListener("dragover", over);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("drop", drop);
    };
  }, []);
}
