import { familyOf } from "../abi/address.js";

/** What a person wrote to say whom to call. */
interface AddressParts {
  readonly kind: "uri" | "user-and-host" | "user";
  /** The user as it stands in a URI; of a URI nothing. */
  readonly user: string;
  readonly host: string;
}

/** What may not stand as it is in the user of a SIP URI (RFC 3261, 25.1). */
const toEscape = /[^A-Za-z0-9\-_.!~*'()&=+$,;?/%]/g;

const escaped = (user: string): string => user.replaceAll(toEscape, encodeURIComponent);

/** Takes apart whom to call; `undefined` where it is nobody. */
export const partsOfAddress = (text: string): AddressParts | undefined => {
  if (/^(?:sips?:(?:[^\s@<>"]+@)?[^\s@<>"]+|tel:[^\s<>"]+)$/i.test(text)) {
    return { kind: "uri", user: "", host: "" };
  }
  const [, user, host = ""] = /^([^\s@:<>"[\]]+)(?:@([^\s@<>"]+))?$/.exec(text) ?? [];
  if (user === undefined) return undefined;
  return { kind: host === "" ? "user" : "user-and-host", user: escaped(user), host };
};

/**
 * The URI of whom to call: a URI as it is, `bob@example.com` with its scheme, and a user alone at `domain`, which is
 * that of the account's server. `undefined` where it is nobody.
 */
export const calledUri = (text: string, domain: string): string | undefined => {
  const parts = partsOfAddress(text);
  if (parts === undefined) return undefined;
  if (parts.kind === "uri") return text;
  if (parts.kind === "user-and-host") return `sip:${parts.user}@${parts.host}`;
  return `sip:${parts.user}@${familyOf(domain) === 6 ? `[${domain}]` : domain}`;
};
