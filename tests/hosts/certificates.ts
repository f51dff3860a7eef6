/** Certificates for tests, made by the openssl program. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

/** A group of tests that make certificates. Where that cannot be done, a test that says so is skipped in their place. */
export const describeCertified = (name: string, tests: () => void): void => {
  void describe(name, () => {
    if (hasOpenssl) tests();
    else void it("makes certificates", { skip: "openssl is not installed; npm run setup:servers" });
  });
};

/** A certificate with its key, as files in PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** What a certificate says. */
export interface CertificateOptions {
  /** As OpenSSL writes them: `DNS:a.example.com`, `IP:192.0.2.1`. */
  readonly names: readonly string[];
  /** How long it is valid; below 0: so long ago it has ceased to be. */
  readonly days?: number;
  /** Its key, as `openssl req` takes it; P-256 where it is left out. */
  readonly newKey?: string;
}

const P256 = "ec -pkeyopt ec_paramgen_curve:P-256";

const settings = `
[req]
distinguished_name = nobody
[nobody]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
`;

/** A certification authority of its own. Its folder is gone when the tests of the file are over. */
export class Authority {
  readonly folder = mkdtempSync(join(tmpdir(), "sip-failover-tls-"));
  /** Its own certificate, a trust anchor. */
  readonly certificate = this.path("authority.pem");
  #issued = 0;

  /** @param name without blanks */
  constructor(name: string) {
    after(() => {
      rmSync(this.folder, { recursive: true, force: true });
    });
    this.write("settings", settings);
    this.#selfSigned("authority", name, "-extensions authority");
  }

  /** A path in its folder. */
  path(name: string): string {
    return join(this.folder, name);
  }

  /** Writes a file into its folder: its path. */
  write(name: string, text: string): string {
    writeFileSync(this.path(name), text);
    return this.path(name);
  }

  /** Issues a certificate for servers and clients. */
  issue({ names, days = 1, newKey = P256 }: CertificateOptions): Certificate {
    const name = this.#next();
    this.write(`${name}.extensions`, `subjectAltName = ${names.join(", ")}\n`);
    this.#openssl(
      `req -new -config settings -subj /O=test -nodes -newkey ${newKey} -keyout ${name}.key -out ${name}.request`,
    );
    this.#openssl(
      `x509 -req -in ${name}.request -CA authority.pem -CAkey authority.key -set_serial ${name} -days ${String(days)} -extfile ${name}.extensions -out ${name}.pem`,
    );
    return this.#filesOf(name);
  }

  /** A certificate for a name that only its owner has signed. */
  selfSigned(name: string): Certificate {
    const number = this.#next();
    this.#selfSigned(number, name, `-addext subjectAltName=DNS:${name}`);
    return this.#filesOf(number);
  }

  #next(): string {
    return String(++this.#issued);
  }

  #filesOf(name: string): Certificate {
    return { certificate: this.path(`${name}.pem`), key: this.path(`${name}.key`) };
  }

  #selfSigned(name: string, subject: string, extensions: string): void {
    this.#openssl(
      `req -x509 -config settings ${extensions} -subj /CN=${subject} -days 1 -nodes -newkey ${P256} -keyout ${name}.key -out ${name}.pem`,
    );
  }

  #openssl(words: string): void {
    const { status, stderr } = spawnSync("openssl", words.split(" "), { cwd: this.folder, encoding: "utf8" });
    if (status !== 0) throw new Error(`openssl ${words}\n${stderr}`);
  }
}

/** A certificate as `node:tls` takes it. */
export const pemOf = ({ certificate, key }: Certificate): { cert: Buffer; key: Buffer } => ({
  cert: readFileSync(certificate),
  key: readFileSync(key),
});
