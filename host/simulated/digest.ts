import { createHash } from "node:crypto";
import { challengeParameters } from "./sip.js";
import type { HeaderField, Parameters, SipMessage } from "./sip.js";

/** Algorithms of RFC 7616, as they are named in a challenge. */
export type DigestAlgorithm =
  "MD5" | "MD5-sess" | "SHA-256" | "SHA-256-sess" | "SHA-512-256" | "SHA-512-256-sess";

/** How a server asks for credentials. Everything may be changed at any time. */
export interface DigestOptions {
  realm: string;
  /** Passwords by user name. */
  users: Record<string, string>;
  /** Offered in this order, a challenge each. */
  algorithms: readonly DigestAlgorithm[];
  /** `""`: as RFC 2069 had it. */
  qop: "auth" | "auth-int,auth" | "";
  /** Requests that a nonce serves before it is stale. */
  nonceUses: number;
  /** Whether each success gives the nonce of the next request (`Authentication-Info`). */
  nextNonce: boolean;
  /** 401, or 407 as a proxy has it. */
  status: 401 | 407;
  /** Which requests are asked for credentials. An ACK or a CANCEL never is. */
  challenges: "REGISTER" | "all";
  /** Sent with the challenge and wanted back; none where it is empty. */
  opaque: string;
}

/** What a server makes of the credentials of a request. */
export interface Verdict {
  readonly outcome: "accepted" | "none" | "stale" | "wrong";
  /** Why they were not accepted, for the log of a test. */
  readonly detail: string;
  /** Headers for the answer: the challenges, or the next nonce. */
  readonly headers: readonly HeaderField[];
}

const hashes: Readonly<Record<string, string>> = {
  MD5: "md5",
  "SHA-256": "sha256",
  "SHA-512-256": "sha512-256",
};

/** What a digest is computed from (RFC 7616, section 3.4). */
export interface DigestInput {
  readonly algorithm: string;
  readonly user: string;
  readonly realm: string;
  readonly password: string;
  readonly method: string;
  readonly uri: string;
  readonly nonce: string;
  readonly nc?: string;
  readonly cnonce?: string;
  /** Empty for none. */
  readonly qop?: string;
}

/** The `response` of digest credentials, in hexadecimal; `undefined` for an algorithm that is not known. */
export const digestResponse = (input: DigestInput): string | undefined => {
  const { user, realm, password, method, uri, nonce, nc = "", cnonce = "", qop = "" } = input;
  const session = input.algorithm.endsWith("-sess");
  const name = hashes[input.algorithm.replace(/-sess$/, "")];
  if (name === undefined) return undefined;
  const hash = (...parts: string[]): string => createHash(name).update(parts.join(":")).digest("hex");
  const secret = hash(user, realm, password);
  const a1 = session ? hash(secret, nonce, cnonce) : secret;
  const a2 = hash(method, uri);
  return qop === "" ? hash(a1, nonce, a2) : hash(a1, nonce, nc, cnonce, qop, a2);
};

interface Nonce {
  uses: number;
  /** The highest count that was seen: each must be higher, or it is a replay. */
  count: number;
}

/** Nonces that a server remembers. */
const MOST_NONCES = 1024;

/** A server's side of digest (RFC 7616, RFC 3261 section 22). Its nonces are its own, and known to no other server. */
export class Authenticator {
  readonly options: DigestOptions;
  readonly #name: string;
  readonly #nonces = new Map<string, Nonce>();
  #made = 0;

  /** @param name told apart from other servers: its nonces come of it */
  constructor(name: string, options: Partial<DigestOptions> = {}) {
    this.#name = name;
    this.options = {
      realm: "example.com",
      users: {},
      algorithms: ["MD5"],
      qop: "auth",
      nonceUses: Infinity,
      nextNonce: false,
      status: 401,
      challenges: "REGISTER",
      opaque: "",
      ...options,
    };
  }

  /** Forgets every nonce, as a restart does: the next request is answered `stale`. */
  forgetNonces(): void {
    this.#nonces.clear();
  }

  /** Judges the credentials of a request. */
  judge(request: SipMessage): Verdict {
    const name = this.options.status === 401 ? "authorization" : "proxy-authorization";
    const offered = request
      .headers(name)
      .map(challengeParameters)
      .find(
        ({ scheme, parameters }) => scheme === "digest" && parameters.get("realm") === this.options.realm,
      );
    if (offered === undefined) return this.#refuse("none", "no credentials for this realm");
    const wrong = this.#faultOf(offered.parameters, request.method);
    if (wrong !== undefined) return this.#refuse("wrong", wrong);
    return this.#use(offered.parameters);
  }

  #faultOf(parameters: Parameters, method: string): string | undefined {
    const { algorithms, opaque, qop: offered, realm, users } = this.options;
    const get = (name: string): string => parameters.get(name) ?? "";
    const algorithm = parameters.get("algorithm") ?? "MD5";
    if (!algorithms.some((name) => name === algorithm)) return `algorithm ${algorithm} was not offered`;
    if (opaque !== get("opaque")) return "another opaque";
    const password = Object.hasOwn(users, get("username")) ? users[get("username")] : undefined;
    if (password === undefined) return `unknown user ${get("username")}`;
    const qop = get("qop");
    if (qop !== "" && !offered.split(",").includes(qop)) return `qop ${qop} was not offered`;
    if (qop !== "" && !/^[0-9a-f]{8}$/.test(get("nc"))) return "nc is not 8 hexadecimal digits";
    if ((qop !== "" || algorithm.endsWith("-sess")) && get("cnonce") === "") return "no cnonce";
    const wanted = digestResponse({
      algorithm,
      user: get("username"),
      realm,
      password,
      method,
      uri: get("uri"),
      nonce: get("nonce"),
      nc: get("nc"),
      cnonce: get("cnonce"),
      qop,
    });
    return wanted === get("response") ? undefined : "the response does not match";
  }

  /** The credentials are right; whether their nonce still serves. */
  #use(parameters: Parameters): Verdict {
    const nonce = this.#nonces.get(parameters.get("nonce") ?? "");
    if (nonce === undefined) return this.#refuse("stale", "a nonce of another server, or forgotten");
    if (nonce.uses >= this.options.nonceUses) return this.#refuse("stale", "the nonce is used up");
    const count = parameters.has("nc") ? parseInt(parameters.get("nc") ?? "", 16) : nonce.count + 1;
    if (count <= nonce.count) return this.#refuse("stale", "nc has not grown");
    nonce.count = count;
    nonce.uses++;
    const headers: HeaderField[] = this.options.nextNonce
      ? [["Authentication-Info", `nextnonce="${this.#newNonce()}"`]]
      : [];
    return { outcome: "accepted", detail: "", headers };
  }

  #refuse(outcome: "none" | "stale" | "wrong", detail: string): Verdict {
    const { algorithms, opaque, qop, realm, status } = this.options;
    const nonce = this.#newNonce();
    const name = status === 401 ? "WWW-Authenticate" : "Proxy-Authenticate";
    const headers = algorithms.map((algorithm): HeaderField => {
      const parts = [`realm="${realm}"`, `nonce="${nonce}"`, `algorithm=${algorithm}`];
      if (qop !== "") parts.push(`qop="${qop}"`);
      if (opaque !== "") parts.push(`opaque="${opaque}"`);
      if (outcome === "stale") parts.push("stale=true");
      return [name, `Digest ${parts.join(", ")}`];
    });
    return { outcome, detail, headers };
  }

  #newNonce(): string {
    const nonce = createHash("sha256")
      .update(`${this.#name} ${String(++this.#made)}`)
      .digest("hex")
      .slice(0, 32);
    this.#nonces.set(nonce, { uses: 0, count: 0 });
    const [oldest] = this.#nonces.keys();
    if (this.#nonces.size > MOST_NONCES && oldest !== undefined) this.#nonces.delete(oldest);
    return nonce;
  }
}
