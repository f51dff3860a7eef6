/** The element of an id, of a kind; throws where the page lacks it. */
export const byIdAs = <Type extends HTMLElement>(id: string, kind: abstract new () => Type): Type => {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no #${id}`);
  return found;
};

/** The element of an id; throws where the page lacks it. */
export const byId = (id: string): HTMLElement => byIdAs(id, HTMLElement);

type Content = string | Node;

/** Makes an element with attributes and content; text is text, never markup. */
export const make = <Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  ...content: readonly Content[]
): HTMLElementTagNameMap[Name] => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...content);
  return made;
};

const SVG = "http://www.w3.org/2000/svg";

/** Makes an SVG element. */
export const makeSvg = <Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
): SVGElementTagNameMap[Name] => {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};
