// How large images are shown: every pixel of theirs covers a whole number of the screen's, so none looks broader than
// the one beside it.

/** CSS pixels a pixel of the image takes at most in a room of that many, on a screen with `ratio` pixels to each. */
export const fitting = (natural: number, room: number, ratio: number): number =>
  Math.max(1, Math.floor((room * ratio) / natural)) / ratio;

/** The same where about `wanted` is aimed at, rather than at most. */
export const near = (natural: number, wanted: number, ratio: number): number =>
  Math.max(1, Math.round((wanted * ratio) / natural)) / ratio;
