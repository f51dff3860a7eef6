import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { afterEach, it } from "node:test";
import type { TlsFiles } from "../../host/abi/core.js";
import { TlsFileError, readTlsFiles } from "../../host/node/tls-files.js";
import { Authority, describeCertified } from "./certificates.js";
import { hasNativeSockets, watched } from "./watched.js";

const none: TlsFiles = { verify: true, trustAnchors: "", certificate: "", key: "" };

describeCertified("the files of TLS", () => {
  const authority = new Authority("Authority");
  const own = authority.issue({ names: ["DNS:phone.example.com"] });
  const other = authority.issue({ names: ["DNS:phone.example.com"] });
  const folder = authority.path("folder");
  mkdirSync(folder);
  const here = process.cwd();
  afterEach(() => {
    process.chdir(here);
  });

  const text = authority.write("text.pem", "no certificate\n");
  const broken = authority.write(
    "broken.pem",
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
  );
  const brokenKey = authority.write(
    "broken.key",
    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
  );
  const encrypted = authority.write(
    "encrypted.key",
    generateKeyPairSync("ec", {
      namedCurve: "P-256",
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "secret" },
    }).privateKey,
  );
  const missing = authority.path("missing.pem");

  const cases: readonly (readonly [string, Partial<TlsFiles>, string])[] = [
    [
      "a CA file that is not there",
      { trustAnchors: missing },
      `The file of sip.tls_ca, ${missing}, cannot be read: there is no such file.`,
    ],
    [
      "a CA file that is not there, though nothing is verified",
      { verify: false, trustAnchors: missing },
      `The file of sip.tls_ca, ${missing}, cannot be read: there is no such file.`,
    ],
    [
      "a folder",
      { trustAnchors: folder },
      `The file of sip.tls_ca, ${folder}, cannot be read: it is a folder.`,
    ],
    [
      "a CA file that is not PEM",
      { trustAnchors: text },
      `The file of sip.tls_ca, ${text}, holds no certificate in PEM.`,
    ],
    [
      "a key in place of a certificate",
      { trustAnchors: own.key },
      `The file of sip.tls_ca, ${own.key}, holds no certificate in PEM.`,
    ],
    [
      "a certificate that is broken",
      { trustAnchors: broken },
      `The file of sip.tls_ca, ${broken}, holds a certificate that cannot be understood.`,
    ],
    [
      "a certificate that is not there",
      { certificate: missing, key: own.key },
      `The file of sip.tls_cert, ${missing}, cannot be read: there is no such file.`,
    ],
    [
      "a certificate without its key",
      { certificate: own.certificate },
      "sip.tls_cert is of no use without sip.tls_key: a certificate and its key go together.",
    ],
    [
      "a key without its certificate",
      { key: own.key },
      "sip.tls_key is of no use without sip.tls_cert: a certificate and its key go together.",
    ],
    [
      "a key that is not there",
      { certificate: own.certificate, key: missing },
      `The file of sip.tls_key, ${missing}, cannot be read: there is no such file.`,
    ],
    [
      "a certificate in place of a key",
      { certificate: own.certificate, key: own.certificate },
      `The file of sip.tls_key, ${own.certificate}, holds no private key in PEM.`,
    ],
    [
      "a key that is broken",
      { certificate: own.certificate, key: brokenKey },
      `The file of sip.tls_key, ${brokenKey}, holds a private key that cannot be understood.`,
    ],
    [
      "a key with a passphrase",
      { certificate: own.certificate, key: encrypted },
      `The file of sip.tls_key, ${encrypted}, asks for a passphrase.`,
    ],
    [
      "a key of another certificate",
      { certificate: own.certificate, key: other.key },
      `The file of sip.tls_key, ${other.key}, does not belong to the certificate in ${own.certificate}.`,
    ],
  ];
  if (hasNativeSockets) {
    for (const [what, files, message] of cases) {
      it(`refuse ${what}, with a sentence that names key and file`, async () => {
        const watch = watched();
        watch.sockets.tls({ ...none, ...files });
        await watch.warns(1);
        assert.equal(watch.warnings[0], `${message} Until that is mended, no server can be reached by TLS.`);
      });
    }
    return;
  }

  const weak = authority.issue({ names: ["DNS:phone.example.com"], newKey: "rsa:512" });
  const weakMessage = `The file of sip.tls_cert, ${weak.certificate}, cannot be used: ee key too small.`;

  for (const [what, files, message] of [...cases, ["a key that is too weak", weak, weakMessage] as const]) {
    it(`refuse ${what}, with a sentence that names key and file`, () => {
      assert.throws(
        () => readTlsFiles({ ...none, ...files }),
        (error: unknown) => error instanceof TlsFileError && error.message === message,
      );
    });
  }

  it("count from the working directory", () => {
    process.chdir(authority.folder);
    const credentials = readTlsFiles({
      ...none,
      trustAnchors: basename(authority.certificate),
      certificate: basename(own.certificate),
      key: basename(own.key),
    });
    assert.equal(credentials.client.ca, readFileSync(authority.certificate, "latin1"));
    assert.equal(credentials.client.cert, readFileSync(own.certificate, "latin1"));
    assert.equal(credentials.server?.key, readFileSync(own.key, "latin1"));
  });

  it("may hold several certificates, our own with those of the authorities after it", () => {
    const read = (path: string): string => readFileSync(path, "latin1");
    const anchors = authority.write(
      "anchors.pem",
      `two:\n${read(other.certificate)}${read(authority.certificate)}`,
    );
    const chain = authority.write("chain.pem", read(own.certificate) + read(authority.certificate));
    const { client } = readTlsFiles({ ...none, trustAnchors: anchors, certificate: chain, key: own.key });
    assert.equal(client.ca, read(anchors));
    assert.equal(client.cert, read(chain));
  });

  it("are not needed: without any there is no certificate of our own", () => {
    const { verify, client, server } = readTlsFiles(none);
    assert.equal(verify, true);
    assert.equal(client.cert, undefined);
    assert.equal(server, undefined);
  });
});
