import { NO_SPAN, Span } from "../../../assembly/bytes/span";
import * as challenges from "../../../assembly/sip/challenge";
import { HEADER_PROXY_AUTHENTICATE, HEADER_WWW_AUTHENTICATE } from "../../../assembly/sip/header";
import { PARSED } from "../../../assembly/sip/message";
import { atEdge, put, text } from "../bytes/memory";
import { OK, parse } from "./messages";

const challenge = changetype<challenges.Challenge>(memory.data(offsetof<challenges.Challenge>(), 8));

function shown(view: Span): string {
  return view == NO_SPAN ? "none" : text(view);
}

/** Realm, nonce, opaque, algorithm and flags of a challenge, between bars. */
function contents(): string {
  return (
    text(challenge.realm) +
    "|" +
    text(challenge.nonce) +
    "|" +
    shown(challenge.opaque) +
    "|" +
    challenge.algorithm.toString() +
    (challenge.namesAlgorithm ? " named" : "") +
    (challenge.qop ? " auth" : "") +
    (challenge.stale ? " stale" : "")
  );
}

function parts(value: string): string {
  return challenges.parseChallenge(atEdge(put(value)), challenge) ? contents() : "none";
}

/** The challenge chosen from a 401 with these lines. */
function strongest(lines: string, id: i32 = HEADER_WWW_AUTHENTICATE): string {
  expect(parse(OK.replace("200 OK\n", "401 Unauthorized\n" + lines))).toBe(PARSED);
  return challenges.strongestChallenge(id, challenge) ? contents() : "none";
}

/** The challenges in one value, each between bars. */
function split(value: string): string {
  const view = atEdge(put(value));
  let result = "|";
  let one: Span = challenges.nextChallenge(view, NO_SPAN);
  for (; one != NO_SPAN; one = challenges.nextChallenge(view, one)) result += text(one) + "|";
  return result;
}

describe("a digest challenge", () => {
  it("has its texts", () => {
    expect(parts('Digest realm="r", nonce="n"')).toBe("r|n|none|0");
    expect(parts('Digest realm="r", nonce="n", opaque="o", algorithm=MD5, qop="auth", stale=TRUE')).toBe(
      "r|n|o|0 named auth stale",
    );
    expect(
      parts('digest\tREALM = "r" ,\r\n Nonce="n",domain="sip:x sip:y",charset=UTF-8,userhash=true'),
    ).toBe("r|n|none|0");
    expect(parts('Digest realm="",nonce="n",opaque=""')).toBe("|n||0");
    expect(parts("Digest realm=r,nonce=n,stale=false,qop=auth")).toBe("r|n|none|0 auth");
    expect(parts('Digest nonce="a,b=c",realm="x, nonce=\\"y\\""')).toBe('x, nonce=\\"y\\"|a,b=c|none|0');
    expect(parts('Digest realm="\\\\", nonce="n\\"", stale="true"')).toBe('\\\\|n\\"|none|0 stale');
    expect(parts('Digest realm="r",nonce="n", realm="s", nonce="m"')).toBe("r|n|none|0");
  });

  it("names its algorithm, in any case", () => {
    const names: string[] = ["MD5", "MD5-sess", "SHA-256", "SHA-256-sess", "SHA-512-256", "SHA-512-256-sess"];
    for (let i = 0; i < names.length; i++) {
      const expected = "r|n|none|" + i.toString() + " named";
      expect(parts('Digest realm="r",nonce="n",algorithm=' + names[i])).toBe(expected);
      expect(parts('Digest realm="r",nonce="n",algorithm="' + names[i].toLowerCase() + '"')).toBe(expected);
    }
    expect(challenges.ALGORITHM_SHA_512_256_SESS).toBe(5);
  });

  it("offers qop", () => {
    expect(parts('Digest realm="r",nonce="n",qop="auth,auth-int"')).toBe("r|n|none|0 auth");
    expect(parts('Digest realm="r",nonce="n",qop="auth-int , AUTH"')).toBe("r|n|none|0 auth");
    expect(parts('Digest realm="r",nonce="n",qop=""')).toBe("r|n|none|0");
    expect(parts('Digest realm="r",nonce="n",qop="auth-int"')).toBe("none");
    expect(parts('Digest realm="r",nonce="n",qop="authx"')).toBe("none");
  });

  it("cannot be answered", () => {
    const wrong: string[] = [
      "",
      "Digest",
      "Digest ",
      'Digest realm="r"',
      'Digest nonce="n"',
      'Digest realm="r",nonce=""',
      'Digest realm="r",nonce',
      'Digest realm="r,nonce="n"',
      'Digest realm="r",nonce="n',
      'Digest realm="r" x,nonce="n"',
      'Digest realm="r",nonce="n",opaque="o',
      'Digest realm="r",nonce="n",algorithm=SHA-1',
      'Digest realm="r",nonce="n",algorithm=',
      'Digest realm="r",nonce="n",algorithm="MD5 MD5-sess"',
      'Digest realm="r",nonce="a\r\n b"',
      'Digest realm="a\r\n b",nonce="n"',
      'Digest realm="r",nonce="n",opaque="a\0"',
      'Digest realm="r",nonce="a\\\r\n b"',
      'Digest realm=r"x",nonce="n"',
      'Digest realm=r\\,nonce="n"',
      'Basic realm="r",nonce="n"',
      'Digestive realm="r",nonce="n"',
    ];
    for (let i = 0; i < wrong.length; i++) expect(parts(wrong[i])).toBe("none", wrong[i]);
  });
});

describe("challenges in one field", () => {
  it("are told from their parameters", () => {
    expect(split('Digest realm="a", nonce="b", Digest realm="c",nonce="d"')).toBe(
      '|Digest realm="a", nonce="b"|Digest realm="c",nonce="d"|',
    );
    expect(split('Basic realm="a",Digest\r\n nonce = "x",realm= "y"')).toBe(
      '|Basic realm="a"|Digest\r\n nonce = "x",realm= "y"|',
    );
    expect(split('NTLM, Digest realm="a"')).toBe('|NTLM|Digest realm="a"|');
    expect(split("Digest qop=auth,auth-int, nonce=x")).toBe("|Digest qop=auth,auth-int, nonce=x|");
    expect(split('Negotiate abc==, Digest realm="a"')).toBe('|Negotiate abc==|Digest realm="a"|');
    expect(split("")).toBe("|");
    expect(split(", ,")).toBe("|");
  });
});

describe("the challenge that is answered", () => {
  it("is the strongest (RFC 8760), in whatever order they come", () => {
    const md5 = 'WWW-Authenticate: Digest realm="a",nonce="5",algorithm=MD5,qop="auth"\n';
    const sha256 = 'WWW-Authenticate: Digest realm="a",nonce="256",algorithm=SHA-256,qop="auth"\n';
    const sha512 = 'WWW-Authenticate: Digest realm="a",nonce="512",algorithm=SHA-512-256,qop="auth"\n';
    expect(strongest(md5 + sha256 + sha512)).toBe("a|512|none|4 named auth");
    expect(strongest(sha512 + sha256 + md5)).toBe("a|512|none|4 named auth");
    expect(strongest(md5 + sha256)).toBe("a|256|none|2 named auth");
    expect(strongest(sha256 + md5)).toBe("a|256|none|2 named auth");
    expect(strongest(md5)).toBe("a|5|none|0 named auth");
    expect(strongest(sha256.replace("\n", ", ") + sha512.replace("WWW-Authenticate: ", ""))).toBe(
      "a|512|none|4 named auth",
    );
  });

  it("of equally strong ones is the first", () => {
    expect(
      strongest(
        'WWW-Authenticate: Digest realm="a",nonce="1",algorithm=MD5-sess\n' +
          'WWW-Authenticate: Digest realm="b",nonce="2",algorithm=MD5\n',
      ),
    ).toBe("a|1|none|1 named");
  });

  it("is none that cannot be answered, however strong", () => {
    expect(
      strongest(
        'WWW-Authenticate: Digest realm="a",nonce="1",algorithm=SHA-512-256,qop="auth-int"\n' +
          'WWW-Authenticate: Digest realm="a",nonce="2",algorithm=SHA-3\n' +
          'WWW-Authenticate: Basic realm="a"\n' +
          'WWW-Authenticate: Digest realm="a",nonce="3"\n',
      ),
    ).toBe("a|3|none|0");
    expect(strongest('WWW-Authenticate: Basic realm="a"\n')).toBe("none");
    expect(strongest("WWW-Authenticate:\n")).toBe("none");
    expect(strongest("")).toBe("none");
  });

  it("is of the field asked for", () => {
    const lines =
      'WWW-Authenticate: Digest realm="a",nonce="1"\nProxy-Authenticate: Digest realm="b",nonce="2"\n';
    expect(strongest(lines)).toBe("a|1|none|0");
    expect(strongest(lines, HEADER_PROXY_AUTHENTICATE)).toBe("b|2|none|0");
  });
});

describe("Authentication-Info", () => {
  it("may give the next nonce", () => {
    parse(OK.replace("Server:", 'Authentication-Info: qop=auth, NextNonce="n,2", rspauth="x"\nServer:'));
    expect(text(challenges.nextNonce())).toBe("n,2");
  });

  it("or none that can be used", () => {
    const lines: string[] = [
      'rspauth="x"',
      'nextnonce=""',
      'nextnonce="x',
      "nextnonce",
      'nextnonce="a\r\n b"',
    ];
    for (let i = 0; i < lines.length; i++) {
      parse(OK.replace("Server:", "Authentication-Info: " + lines[i] + "\nServer:"));
      expect(challenges.nextNonce()).toBe(NO_SPAN, lines[i]);
    }
    parse(OK);
    expect(challenges.nextNonce()).toBe(NO_SPAN);
  });
});
