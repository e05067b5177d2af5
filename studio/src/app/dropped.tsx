// A PNG that is dropped on the page, or chosen, finds its point again: it says what made it.
import { useEffect } from "preact/hooks";
import { placeOf, textsOf } from "../core/png_texts";
import { go } from "../state/address";
import { chooseFiles } from "../ui/file_choice";

export async function findAgain(file: File, say: (text: string) => void): Promise<void> {
  const place = placeOf(textsOf(new Uint8Array(await file.arrayBuffer())));
  if ("wrong" in place) say(place.wrong);
  else go(place.address);
}

/** Asks for a file, for those who cannot drop one. */
export const chooseFile = (say: (text: string) => void): void =>
  chooseFiles("image/png", false, ([file]) => void findAgain(file!, say));

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
