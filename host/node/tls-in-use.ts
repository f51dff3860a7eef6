import type { TlsFiles } from "../abi/core.js";
import { TlsClient } from "./tls.js";
import { TlsFileError, readTlsFiles } from "./tls-files.js";
import type { TlsCredentials } from "./tls-files.js";

const UNVERIFIED =
  "Certificates are NOT verified (sip.tls_verify = 0): whoever is on the way can pose as the server, and read and change everything.";
const UNUSABLE = "Until that is mended, no server can be reached by TLS.";
const USABLE = "The files of TLS can be used now.";

/**
 * The files of TLS that are in use. Where they cannot be read they are read again whenever they are wanted: the phone goes
 * on as soon as they are there. What is the matter is said once.
 */
export class TlsInUse {
  readonly #warn: (sentence: string) => void;
  #files: TlsFiles | undefined;
  #read: { readonly credentials: TlsCredentials; readonly client: TlsClient } | undefined;
  #trouble = "";

  constructor(warn: (sentence: string) => void) {
    this.#warn = warn;
  }

  /** Reads these files instead of those before. */
  take(files: TlsFiles): void {
    this.#files = files;
    this.#read = undefined;
    this.#readAgain();
  }

  /** For connections of ours; `undefined`: there are no files, or they cannot be used. */
  get client(): TlsClient | undefined {
    this.#readAgain();
    return this.#read?.client;
  }

  /** For connections of others; `undefined`: there is no certificate of our own. */
  get server(): TlsCredentials["server"] {
    this.#readAgain();
    return this.#read?.credentials.server;
  }

  #readAgain(): void {
    if (this.#files === undefined || this.#read !== undefined) return;
    try {
      const credentials = readTlsFiles(this.#files);
      this.#read = { credentials, client: new TlsClient(credentials) };
    } catch (error) {
      if (!(error instanceof TlsFileError)) throw error;
      if (error.message !== this.#trouble) this.#warn(`${error.message} ${UNUSABLE}`);
      this.#trouble = error.message;
      return;
    }
    if (this.#trouble !== "") this.#warn(USABLE);
    this.#trouble = "";
    if (!this.#files.verify) this.#warn(UNVERIFIED);
  }
}
