import { readConfiguration } from "../node/files.js";

/**
 * Names of the accounts by their number: the label where there is one, else the user name. The core reads the
 * configuration by itself; this is for the eyes only.
 */
export const accountNames = (paths: readonly string[]): Map<number, string> => {
  const values = new Map<string, string>();
  for (const { octets } of readConfiguration(paths).files) {
    const text = new TextDecoder().decode(octets);
    for (const [, key = "", value = ""] of text.matchAll(
      /^[ \t]*(account\.\d+\.(?:label|user_name))[ \t]*=[ \t]*(.*?)[ \t\r]*$/gm,
    )) {
      values.set(key, value === "%NULL%" || value === "%EMPTY%" ? "" : value);
    }
  }
  const names = new Map<number, string>();
  for (let account = 1; account <= 16; account++) {
    const valueOf = (key: string): string => values.get(`account.${String(account)}.${key}`) ?? "";
    const name = valueOf("label") || valueOf("user_name");
    // eslint-disable-next-line no-control-regex -- control characters of a file have no business on a terminal
    if (name !== "") names.set(account, name.replaceAll(/[\x00-\x1f\x7f-\x9f]/g, "?"));
  }
  return names;
};
