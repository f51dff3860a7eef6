import { readFileSync } from "node:fs";

/**
 * Reads a session description from a file, with line ends as RFC 8866 wants them.
 *
 * @throws Error with a sentence where the file cannot be read or is something else
 */
export const readSdpFile = (path: string): string => {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new Error(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line !== "");
  if (lines[0] !== "v=0") throw new Error(`${path} is no session description: it does not begin with v=0.`);
  return lines.map((line) => `${line}\r\n`).join("");
};
