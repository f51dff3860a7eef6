import { readConfiguration } from "../node/files.js";
import { printable } from "./render/words.js";

/** What the command needs to know of an account by itself. */
export interface FileAccount {
  /** The label where there is one, else the user name; may be empty. */
  readonly name: string;
  readonly isEnabled: boolean;
  /** The domain of its addresses; empty where it has no server. */
  readonly domain: string;
}

const ACCOUNTS = 16;

/**
 * The accounts by their number, those that the files say something of. The core reads the configuration by itself;
 * this is for the eyes, and for what is written without a domain.
 */
export const readAccounts = (paths: readonly string[]): Map<number, FileAccount> => {
  const values = new Map<string, string>();
  for (const { octets } of readConfiguration(paths).files) {
    const text = new TextDecoder().decode(octets);
    for (const [, key = "", value = ""] of text.matchAll(
      /^[ \t]*(account\.\d+\.(?:label|user_name|enable|sip_server\.[12]\.address))[ \t]*=[ \t]*(.*?)[ \t\r]*$/gm,
    )) {
      values.set(key, value === "%NULL%" || value === "%EMPTY%" ? "" : value);
    }
  }
  const accounts = new Map<number, FileAccount>();
  for (let account = 1; account <= ACCOUNTS; account++) {
    const valueOf = (key: string): string => values.get(`account.${String(account)}.${key}`) ?? "";
    const name = printable(valueOf("label") || valueOf("user_name"));
    const isEnabled = valueOf("enable") === "1";
    const domain = valueOf("sip_server.1.address") || valueOf("sip_server.2.address");
    if (name !== "" || isEnabled || domain !== "") accounts.set(account, { name, isEnabled, domain });
  }
  return accounts;
};

/** Names of the accounts by their number: labels, or user names. */
export const accountNames = (accounts: ReadonlyMap<number, FileAccount>): Map<number, string> =>
  new Map([...accounts].filter(([, { name }]) => name !== "").map(([account, { name }]) => [account, name]));
