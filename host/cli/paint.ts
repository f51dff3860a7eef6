import picocolors from "picocolors";

/** Functions that colour a text, or leave it as it is. */
export type Paint = ReturnType<typeof picocolors.createColors>;

/** No colours at all. */
export const plain: Paint = picocolors.createColors(false);

/** Colours where they are wanted. */
export const paintFor = (colour: boolean): Paint => (colour ? picocolors.createColors(true) : plain);

/**
 * Whether a stream gets colours: a terminal does, a pipe does not. `NO_COLOR` and `FORCE_COLOR`, not empty, overrule
 * (https://no-color.org).
 */
export const wantsColour = (isTerminal: boolean, environment: NodeJS.ProcessEnv): boolean => {
  const { NO_COLOR = "", FORCE_COLOR = "", TERM } = environment;
  if (NO_COLOR !== "") return false;
  if (FORCE_COLOR !== "") return FORCE_COLOR !== "0";
  return isTerminal && TERM !== "dumb";
};
