/**
 * SIP as text, for servers and for tests. It shares nothing with the core: it is what the core is measured by. It
 * reads what RFC 3261 section 7 calls well-formed, and nothing else.
 */

/** A parameter list: `;branch=z9hG4bK1;rport`. Names are in lower case; a parameter without a value is `""`. */
export type Parameters = ReadonlyMap<string, string>;

/** A header field as it came. */
export type HeaderField = readonly [name: string, value: string];

/** A value with parameters: `<sip:1000@example.com>;expires=60`. */
export interface Parameterised {
  /** What is before the parameters; without angle brackets where it has them. */
  readonly value: string;
  readonly parameters: Parameters;
}

const compact: Readonly<Record<string, string>> = {
  c: "content-type",
  e: "content-encoding",
  f: "from",
  i: "call-id",
  k: "supported",
  l: "content-length",
  m: "contact",
  o: "event",
  s: "subject",
  t: "to",
  u: "allow-events",
  v: "via",
  x: "session-expires",
};

/** A header's name in lower case and in full. */
export const fullName = (name: string): string => {
  const lower = name.toLowerCase();
  return compact[lower] ?? lower;
};

/** Splits at commas (or another sign) that are neither in quotes nor in angle brackets. */
export const splitList = (text: string, separator = ","): string[] => {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const sign = text[i];
    if (quoted) {
      if (sign === "\\") i++;
      else if (sign === '"') quoted = false;
    } else if (sign === '"') quoted = true;
    else if (sign === "<") depth++;
    else if (sign === ">") depth--;
    else if (sign === separator && depth === 0) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  parts.push(text.slice(start).trim());
  return parts.filter((part) => part !== "");
};

/** Reads `name=value` or `name`; quotes are taken off the value. */
const pair = (text: string): [string, string] => {
  const at = text.indexOf("=");
  if (at < 0) return [text.trim().toLowerCase(), ""];
  const value = text.slice(at + 1).trim();
  const bare = value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, "$1") : value;
  return [text.slice(0, at).trim().toLowerCase(), bare];
};

/** Reads a value with parameters. */
export const parameterised = (text: string): Parameterised => {
  const [head = "", ...rest] = splitList(text, ";");
  const uri = /<([^<>]*)>\s*$/.exec(head)?.[1];
  return { value: uri ?? head, parameters: new Map(rest.map(pair)) };
};

/** Reads a list of `name=value` after a scheme: the parameters of `Authorization: Digest …`. */
export const challengeParameters = (text: string): { scheme: string; parameters: Parameters } => {
  const [scheme = ""] = text.trim().split(/\s/, 1);
  return {
    scheme: scheme.toLowerCase(),
    parameters: new Map(splitList(text.trim().slice(scheme.length)).map(pair)),
  };
};

/** A SIP message. */
export class SipMessage {
  constructor(
    /** `REGISTER sip:example.com SIP/2.0` or `SIP/2.0 200 OK`, in parts. */
    readonly start:
      | { readonly method: string; readonly uri: string }
      | { readonly status: number; readonly reason: string },
    readonly fields: readonly HeaderField[],
    readonly body: string,
  ) {}

  /** The method of a request; that of the CSeq for an answer. */
  get method(): string {
    return "method" in this.start ? this.start.method : (this.header("cseq")?.split(/\s+/)[1] ?? "");
  }

  /** The status of an answer; 0 for a request. */
  get status(): number {
    return "status" in this.start ? this.start.status : 0;
  }

  /** The Request-URI; empty for an answer. */
  get uri(): string {
    return "uri" in this.start ? this.start.uri : "";
  }

  /** The first header of a name, in full and in any case. */
  header(name: string): string | undefined {
    const wanted = fullName(name);
    return this.fields.find(([field]) => fullName(field) === wanted)?.[1];
  }

  /** All headers of a name. */
  headers(name: string): string[] {
    const wanted = fullName(name);
    return this.fields.filter(([field]) => fullName(field) === wanted).map(([, value]) => value);
  }

  /** All values of a header that is a list, however many lines it takes. */
  list(name: string): Parameterised[] {
    return this.headers(name).flatMap((value) => splitList(value).map(parameterised));
  }

  /** The branch of the topmost Via. */
  get branch(): string {
    return this.list("via")[0]?.parameters.get("branch") ?? "";
  }

  get callId(): string {
    return this.header("call-id") ?? "";
  }

  /** The number of the CSeq; NaN where there is none. */
  get cseq(): number {
    return Number(/^(\d+)\s/.exec(this.header("cseq") ?? "")?.[1] ?? NaN);
  }

  /** The URI of the To header. */
  get to(): string {
    return parameterised(this.header("to") ?? "").value;
  }

  /** The URI of the From header. */
  get from(): string {
    return parameterised(this.header("from") ?? "").value;
  }

  /** The From header's tag. */
  get fromTag(): string {
    return parameterised(this.header("from") ?? "").parameters.get("tag") ?? "";
  }

  /** The To header's tag; empty where it has none: outside of a dialog. */
  get toTag(): string {
    return parameterised(this.header("to") ?? "").parameters.get("tag") ?? "";
  }

  /** The elements of a header that is a list, as they came: Route, Record-Route, Supported. */
  elements(name: string): string[] {
    return this.headers(name).flatMap((value) => splitList(value));
  }
}

const startLine = (line: string): SipMessage["start"] | undefined => {
  const answer = /^SIP\/2\.0 ([1-6]\d\d) (.*)$/i.exec(line);
  if (answer !== null) return { status: Number(answer[1]), reason: answer[2] ?? "" };
  const request = /^([!%'*+\-.0-9A-Z_`a-z~]+) (\S+) SIP\/2\.0$/i.exec(line);
  return request === null ? undefined : { method: request[1] ?? "", uri: request[2] ?? "" };
};

const mandatory = ["via", "from", "to", "call-id", "cseq"];

/**
 * Reads a message; `undefined` where it is none: no start line, no end of the headers, a mandatory header missing, or a
 * body that is shorter than its Content-Length.
 */
export const parseSip = (octets: Uint8Array): SipMessage | undefined => {
  const text = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString("latin1");
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  // RFC 3261, section 7.3.1: a line that begins with a blank goes on with the one before.
  const [first = "", ...lines] = text
    .slice(0, end)
    .replaceAll(/\r\n[ \t]+/g, " ")
    .split("\r\n");
  const start = startLine(first);
  if (start === undefined) return undefined;
  const fields: HeaderField[] = [];
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon < 1) return undefined;
    fields.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()]);
  }
  const rest = text.slice(end + 4);
  const message = new SipMessage(start, fields, rest);
  if (mandatory.some((name) => message.header(name) === undefined)) return undefined;
  const length = Number(message.header("content-length") ?? rest.length);
  if (!(length <= rest.length)) return undefined;
  return new SipMessage(start, fields, rest.slice(0, length));
};

/** Writes a message; it adds the Content-Length. */
export const writeSip = (message: SipMessage): Uint8Array => {
  const { start, fields, body } = message;
  const first =
    "status" in start
      ? `SIP/2.0 ${String(start.status)} ${start.reason}`
      : `${start.method} ${start.uri} SIP/2.0`;
  const lines = fields
    .filter(([name]) => fullName(name) !== "content-length")
    .map(([name, value]) => `${name}: ${value}`);
  const text = [
    first,
    ...lines,
    `Content-Length: ${String(Buffer.byteLength(body, "latin1"))}`,
    "",
    body,
  ].join("\r\n");
  return Buffer.from(text, "latin1");
};

const reasons: Readonly<Record<number, string>> = {
  100: "Trying",
  180: "Ringing",
  181: "Call Is Being Forwarded",
  182: "Queued",
  183: "Session Progress",
  200: "OK",
  202: "Accepted",
  301: "Moved Permanently",
  302: "Moved Temporarily",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  407: "Proxy Authentication Required",
  408: "Request Timeout",
  415: "Unsupported Media Type",
  420: "Bad Extension",
  421: "Extension Required",
  422: "Session Interval Too Small",
  423: "Interval Too Brief",
  480: "Temporarily Unavailable",
  481: "Call/Transaction Does Not Exist",
  482: "Loop Detected",
  486: "Busy Here",
  487: "Request Terminated",
  488: "Not Acceptable Here",
  489: "Bad Event",
  491: "Request Pending",
  500: "Server Internal Error",
  501: "Not Implemented",
  503: "Service Unavailable",
  504: "Server Time-out",
  600: "Busy Everywhere",
  603: "Decline",
};

/** The reason phrase that RFC 3261 and its extensions (RFC 3262, 4028, 6665) give a status. */
export const reasonPhrase = (status: number): string => reasons[status] ?? "Whatever";

/**
 * An answer to a request (RFC 3261, section 8.2.6): its Via, with `received` and `rport` as the source was seen
 * (RFC 3581), From, To with a tag, Call-ID and CSeq, then `headers` and the body.
 */
export const answerTo = (
  request: SipMessage,
  source: { readonly address: string; readonly port: number },
  { status, reason = reasonPhrase(status), headers = [], toTag = "", type = "", body = "" }: AnswerParts,
): SipMessage => {
  const fields: HeaderField[] = [];
  let isFirstVia = true;
  for (const [name, value] of request.fields) {
    const full = fullName(name);
    if (full === "via") {
      fields.push([name, isFirstVia ? seenFrom(value, source) : value]);
      isFirstVia = false;
    } else if (full === "to" && toTag !== "" && !parameterised(value).parameters.has("tag")) {
      fields.push([name, `${value};tag=${toTag}`]);
    } else if (mandatory.includes(full)) fields.push([name, value]);
  }
  const content: HeaderField[] = type === "" ? [] : [["Content-Type", type]];
  return new SipMessage({ status, reason }, [...fields, ...headers, ...content], body);
};

/** What an answer adds to its request. */
export interface AnswerParts {
  readonly status: number;
  readonly reason?: string | undefined;
  readonly headers?: readonly HeaderField[] | undefined;
  /** The tag of the To header; none where it is left out. */
  readonly toTag?: string | undefined;
  /** The Content-Type; none where it is left out. */
  readonly type?: string | undefined;
  readonly body?: string | undefined;
}

const seenFrom = (
  via: string,
  { address, port }: { readonly address: string; readonly port: number },
): string => {
  const [first = "", ...others] = splitList(via);
  const seen = `${first.replace(/;rport(?=;|$)/i, `;rport=${String(port)}`)};received=${address}`;
  return [seen, ...others].join(", ");
};
