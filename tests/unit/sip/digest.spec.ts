import { NO_SPAN, spanLength } from "../../../assembly/bytes/span";
import { Writer } from "../../../assembly/bytes/writer";
import { Challenge, parseChallenge, strongestChallenge } from "../../../assembly/sip/challenge";
import { credentials, credentialsField } from "../../../assembly/sip/digest";
import { METHOD_REGISTER } from "../../../assembly/contract/constants";
import {
  HEADER_AUTHORIZATION,
  HEADER_PROXY_AUTHORIZATION,
  HEADER_WWW_AUTHENTICATE,
} from "../../../assembly/sip/header";
import { methodName } from "../../../assembly/sip/method";
import { put, text } from "../bytes/memory";
import { CHALLENGED, parse } from "./messages";

const challenge = changetype<Challenge>(memory.data(offsetof<Challenge>(), 8));
const writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));
const output = memory.data(4096);

function identify(user: string, password: string, cnonce: string, count: u32): void {
  credentials.user = put(user);
  credentials.password = put(password);
  credentials.cnonce = put(cnonce);
  credentials.count = count;
}

/** The field that answers a challenge. */
function answer(value: string, method: string, uri: string): string {
  if (!parseChallenge(put(value), challenge)) throw new Error(value);
  credentials.method = put(method);
  credentials.uri = put(uri);
  writer.begin(output, 4096);
  credentialsField(writer, HEADER_AUTHORIZATION, challenge, credentials);
  expect(writer.overflow).toBe(false);
  return text(writer.written());
}

/** The value of `response` in it. */
function responseTo(value: string, method: string, uri: string): string {
  const field = answer(value, method, uri);
  const at = field.indexOf('response="') + 10;
  return field.substring(at, field.indexOf('"', at));
}

describe("the answer to a challenge", () => {
  it("RFC 7616, 3.9.1: MD5 and SHA-256, written whole", () => {
    identify("Mufasa", "Circle of Life", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", 1);
    const common =
      'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=@, ' +
      'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", ' +
      'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
    expect(answer(common.replace("@,", "MD5,"), "GET", "/dir/index.html")).toBe(
      'Authorization: Digest username="Mufasa", realm="http-auth@example.org", ' +
        'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", uri="/dir/index.html", ' +
        'response="8ca523f5e9506fed4657c9700eebdbec", algorithm=MD5, ' +
        'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", qop=auth, nc=00000001, ' +
        'cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"\r\n',
    );
    expect(responseTo(common.replace("@,", "SHA-256,"), "GET", "/dir/index.html")).toBe(
      "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
    );
  });

  it("each algorithm, with qop and without, against another implementation", () => {
    const names: string[] = ["MD5", "MD5-sess", "SHA-256", "SHA-256-sess", "SHA-512-256", "SHA-512-256-sess"];
    const withQop: string[] = [
      "8ca523f5e9506fed4657c9700eebdbec",
      "e783283f46242139c486a698fec7211d",
      "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
      "2fd51b3a77ad75bad6afad6003e818d767133c46d9e2749e7f5232ae1ea3efd7",
      "430d05014cecc49cab6fbe03176d41a1da86cbfe24a16580e22aaad928d960d0",
      "3f2a34f923c38b0fb26dce2fdfc2ce326c23cecf86fbb1444f3e51fbbc2cb92e",
    ];
    const without: string[] = [
      "7b2cc3b30e75b4777ea31027084363fd",
      "37a7f42db2090a3fcac4e26e747d4fc8",
      "a1306b0595a6c7fe96c448631fb5cfbd5107bd1fe1da729d978dd7446b812363",
      "30bc0742357e535c85094121d22cf826b794be0667e19537beb7b28f2251c274",
      "93e9122020ea0624d2ca801426d5bfbeb93d10ff4cc24cb410af3920fa4730e7",
      "7c70dbd9f483cbccedbd3e92ac246a9f2b712bed77914b52c3ae2254fdb2edba",
    ];
    identify("Mufasa", "Circle of Life", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", 1);
    for (let i = 0; i < names.length; i++) {
      const value =
        'Digest realm="http-auth@example.org", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", algorithm=' +
        names[i];
      expect(responseTo(value + ', qop="auth"', "GET", "/dir/index.html")).toBe(withQop[i], names[i]);
      expect(responseTo(value, "GET", "/dir/index.html")).toBe(without[i], names[i]);
    }
  });

  it("RFC 2617, 3.5", () => {
    identify("Mufasa", "Circle Of Life", "0a4f113b", 1);
    expect(
      responseTo(
        'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", ' +
          'opaque="5ccc069c403ebaf9f0171e9517f40e41"',
        "GET",
        "/dir/index.html",
      ),
    ).toBe("6629fae49393a05397450978507c4ef1");
  });

  it("RFC 2069: no qop, no algorithm named, so neither they nor nc and cnonce are written", () => {
    identify("Mufasa", "CircleOfLife", "0a4f113b", 1);
    expect(
      answer(
        'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"',
        "GET",
        "/dir/index.html",
      ),
    ).toBe(
      'Authorization: Digest username="Mufasa", realm="testrealm@host.com", ' +
        'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="/dir/index.html", ' +
        'response="1949323746fe6a43ef61f9606e7febea"\r\n',
    );
  });

  it("an algorithm of the -sess kind needs the cnonce, with qop or without", () => {
    identify("u", "p", "c", 1);
    const value = 'Digest realm="r", nonce="n", algorithm=MD5-sess';
    expect(answer(value, "REGISTER", "sip:r").endsWith(', algorithm=MD5-sess, cnonce="c"\r\n')).toBe(true);
  });

  it("letters beyond ASCII", () => {
    identify("Jäsøn Doe", "Secret, or not?", "NTg6RKcb9boFIAS3KrFK9BGeh+niz/sm", 1);
    expect(
      responseTo(
        'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, ' +
          'nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", charset=UTF-8, userhash=true',
        "GET",
        "/doe.json",
      ),
    ).toBe("7a4e1192babbba02e91182d2895bfdbf7adafc6e48d4e517ca301974843d840c");
  });

  it("escapes: hashed without, written with them", () => {
    identify('a"b\\c', "p w:d", "cn", 42);
    expect(
      answer(
        'Digest realm="re\\"al\\\\m",nonce="no\\"nce",qop=auth,opaque="\\"o\\""',
        "REGISTER",
        "sip:example.com",
      ),
    ).toBe(
      'Authorization: Digest username="a\\"b\\\\c", realm="re\\"al\\\\m", nonce="no\\"nce", ' +
        'uri="sip:example.com", response="8157d765146422e1d966aca05f2339f3", opaque="\\"o\\"", ' +
        'qop=auth, nc=0000002a, cnonce="cn"\r\n',
    );
  });

  it("an opaque that is empty is sent back empty", () => {
    identify("u", "p", "c", 1);
    expect(
      answer('Digest realm="r",nonce="n",opaque=""', "REGISTER", "sip:r").endsWith(', opaque=""\r\n'),
    ).toBe(true);
  });

  it("a nonce of 1500 bytes, counted to the end", () => {
    identify("1001", "secret", "cn", 0xffffffff);
    const value = 'Digest realm="example.com",algorithm=SHA-256,qop="auth",nonce="' + "n".repeat(1500) + '"';
    expect(responseTo(value, "REGISTER", "sip:example.com")).toBe(
      "8c8299b90ff32ebf0c1dc234496095295bda679ea7a719c9d45ff6cf7ed4b34f",
    );
    expect(text(writer.written()).includes("nc=ffffffff")).toBe(true);
  });

  it("what does not fit overflows", () => {
    identify("1001", "secret", "cn", 1);
    parseChallenge(put('Digest realm="example.com",nonce="n"'), challenge);
    writer.begin(output, 100);
    credentialsField(writer, HEADER_AUTHORIZATION, challenge, credentials);
    expect(writer.overflow).toBe(true);
    expect(spanLength(writer.written()) <= 100).toBe(true);
  });

  it("to a proxy, from a record that the caller filled", () => {
    identify("u", "p", "c", 1);
    challenge.realm = put("r");
    challenge.nonce = put("n");
    challenge.opaque = NO_SPAN;
    challenge.algorithm = 2;
    challenge.namesAlgorithm = true;
    challenge.qop = false;
    credentials.method = methodName(METHOD_REGISTER);
    credentials.uri = put("sip:r");
    credentialsField(writer.begin(output, 4096), HEADER_PROXY_AUTHORIZATION, challenge, credentials);
    expect(text(writer.written())).toBe(
      'Proxy-Authorization: Digest username="u", realm="r", nonce="n", uri="sip:r", ' +
        'response="14ffcb9406a4e969b6ad2148d51a200bc8c1f7decb818310be8916980ab811eb", algorithm=SHA-256\r\n',
    );
  });

  it("to a registrar's 401", () => {
    parse(CHALLENGED);
    expect(strongestChallenge(HEADER_WWW_AUTHENTICATE, challenge)).toBe(true);
    identify("1001", "secret", "0a4f113b", 1);
    credentials.method = methodName(METHOD_REGISTER);
    credentials.uri = put("sip:example.com");
    credentialsField(writer.begin(output, 4096), HEADER_AUTHORIZATION, challenge, credentials);
    expect(text(writer.written())).toBe(
      'Authorization: Digest username="1001", realm="example.com", nonce="ZUYzzmVGMqLs4dlzsM7U", ' +
        'uri="sip:example.com", response="c1896b7de0dc28198496b661a218235b", algorithm=MD5, qop=auth, nc=00000001, cnonce="0a4f113b"\r\n',
    );
  });
});
