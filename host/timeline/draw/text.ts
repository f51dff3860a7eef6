const NARROW = new Set("ilI.,:;|!'()[]{}/· ");
const WIDE = new Set("mwMW@%→←—");

/**
 * About how wide a text is in a usual sans-serif font, in pixels; rather too much than too little. A font cannot be
 * measured where there is no browser.
 */
export const textWidth = (text: string, size: number, isBold = false): number => {
  let width = 0;
  for (const character of text) {
    if (NARROW.has(character)) width += 0.4;
    else if (WIDE.has(character)) width += 0.98;
    else if (character >= "A" && character <= "Z") width += 0.72;
    else width += 0.63;
  }
  return width * size * (isBold ? 1.12 : 1);
};

/** As much of a text as fits, with an ellipsis in its middle where something is left out. */
export const fitted = (text: string, width: number, size: number, isBold = false): string => {
  if (textWidth(text, size, isBold) <= width) return text;
  for (let kept = text.length - 1; kept > 1; kept--) {
    const head = Math.ceil(kept / 2);
    const shorter = `${text.slice(0, head)}…${text.slice(text.length - (kept - head))}`;
    if (textWidth(shorter, size, isBold) <= width) return shorter;
  }
  return "";
};

/** The first of some texts that fits whole; `undefined` where none does. */
export const firstFitting = (texts: readonly string[], width: number, size: number): string | undefined =>
  texts.find((text) => textWidth(text, size) <= width);

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A text as it may stand in HTML and SVG, in an attribute too; its control characters, which may not, replaced. */
export const escaped = (text: string): string =>
  text
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? "")
    // XML 1.0, 2.2: these may not even be written as entities.
    .replaceAll(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, "\ufffd");

/** A number as it stands in SVG: a tenth of a pixel is enough. */
export const px = (value: number): string => String(Math.round(value * 10) / 10);

/** An element; attributes without a value are left out, `content` is markup. */
export const element = (
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  content = "",
): string => {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? px(value) : escaped(value ?? "")}"`)
    .join("");
  return content === "" ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
};
