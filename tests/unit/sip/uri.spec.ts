import { NO_SPAN, Span } from "../../../assembly/bytes/span";
import {
  SCHEME_NONE,
  SCHEME_OTHER,
  SCHEME_SIP,
  SCHEME_SIPS,
  Uri,
  parseUri,
  portOf,
  sameContact,
  uriParameter,
} from "../../../assembly/sip/uri";
import { atEdge, put, text } from "../bytes/memory";

const uri = changetype<Uri>(memory.data(offsetof<Uri>(), 8));
const other = changetype<Uri>(memory.data(offsetof<Uri>(), 8));

function shown(view: Span): string {
  return view == NO_SPAN ? "none" : text(view);
}

/** User, password, host, port, parameters and headers, between bars. */
function parts(literal: string): string {
  if (!parseUri(atEdge(put(literal)), uri)) return "none";
  return (
    shown(uri.user) +
    "|" +
    shown(uri.password) +
    "|" +
    text(uri.host) +
    "|" +
    uri.port.toString() +
    "|" +
    text(uri.parameters) +
    "|" +
    text(uri.headers)
  );
}

function same(a: string, b: string): bool {
  if (!parseUri(put(a), uri) || !parseUri(put(b), other)) throw new Error(a + " " + b);
  const result = sameContact(uri, other);
  if (sameContact(other, uri) != result) throw new Error("not symmetric: " + a + " " + b);
  return result;
}

describe("a SIP URI", () => {
  it("has its parts", () => {
    expect(parts("sip:example.com")).toBe("none|none|example.com|0||");
    expect(parts("sip:alice@example.com")).toBe("alice|none|example.com|0||");
    expect(parts("sip:alice:secret@example.com:5070")).toBe("alice|secret|example.com|5070||");
    expect(parts("sip:alice:@example.com")).toBe("alice||example.com|0||");
    expect(parts("sip:+1-212-555-1212:1234@gateway.com;user=phone")).toBe(
      "+1-212-555-1212|1234|gateway.com|0|user=phone|",
    );
    expect(parts("sip:a@b;transport=tcp;lr?Subject=x&Priority=urgent")).toBe(
      "a|none|b|0|transport=tcp;lr|Subject=x&Priority=urgent",
    );
    expect(parts("sip:b?x=y")).toBe("none|none|b|0||x=y");
    expect(parts("sip:b:65535;")).toBe("none|none|b|65535||");
    expect(parts("sip:a;day=tuesday@b_1.example.com")).toBe("a;day=tuesday|none|b_1.example.com|0||");
    expect(parts("sip:a?b@c?d=e")).toBe("a?b|none|c|0||d=e");
    expect(parts("sip:%61lice%40x@b")).toBe("%61lice%40x|none|b|0||");
  });

  it("has an IPv6 address in brackets", () => {
    expect(parts("sip:a@[2001:db8::1]")).toBe("a|none|[2001:db8::1]|0||");
    expect(parts("sip:[::1]:5061;lr")).toBe("none|none|[::1]|5061|lr|");
    const wrong: string[] = [
      "sip:2001:db8::1",
      "sip:[2001:db8::1",
      "sip:[::1]5060",
      "sip:[]",
      "sip:[",
      "sip:[1.2.3.4]",
      "sip:[::1%25eth0]",
      "sip:[example.com]",
    ];
    for (let i = 0; i < wrong.length; i++) expect(parts(wrong[i])).toBe("none", wrong[i]);
  });

  it("has a scheme, in any case", () => {
    expect(parts("SIP:a@b")).toBe("a|none|b|0||");
    expect(uri.scheme).toBe(SCHEME_SIP);
    expect(portOf(uri)).toBe(5060);
    expect(parts("Sips:a@b")).toBe("a|none|b|0||");
    expect(uri.scheme).toBe(SCHEME_SIPS);
    expect(portOf(uri)).toBe(5061);
    expect(parts("sips:a@b:5060")).toBe("a|none|b|5060||");
    expect(portOf(uri)).toBe(5060);
  });

  it("of another scheme is known as such", () => {
    expect(parts("tel:+15551234")).toBe("none");
    expect(uri.scheme).toBe(SCHEME_OTHER);
    expect(parts("nobodyKnowsThisScheme:totallyopaquecontent")).toBe("none");
    expect(uri.scheme).toBe(SCHEME_OTHER);
    expect(parts("sip")).toBe("none");
    expect(uri.scheme).toBe(SCHEME_NONE);
    expect(parts(":a@b")).toBe("none");
    expect(uri.scheme).toBe(SCHEME_NONE);
  });

  it("is refused where it is none", () => {
    const wrong: string[] = [
      "",
      "sip:",
      "sip:@b",
      "sip::x@b",
      "sip:a@",
      "sip:a@b c",
      "sip:a b@c",
      "sip:a@b\r\n",
      "sip:a@b\0",
      "sip:a@b:",
      "sip:a@b:0",
      "sip:a@b:65536",
      "sip:a@b:99999999999999999999",
      "sip:a@b:5o60",
      "sip:a@b:-1",
      "sip:a@b@c",
      "sip:a@b/c",
      "sip:a@b,c",
      "sip:a@;lr",
      "sip:a@?x",
      "<sip:a@b>",
      "sip:a@b>",
      '"a" <sip:a@b>',
      "sip:a@b\xe9",
    ];
    for (let i = 0; i < wrong.length; i++) {
      expect(parts(wrong[i])).toBe("none", wrong[i]);
      expect(uri.scheme).toBe(SCHEME_NONE, wrong[i]);
    }
  });

  it("has parameters by name", () => {
    expect(parseUri(put("sip:a@b;Transport=TCP;lr;gr=urn:uuid:f81d4fae;ob"), uri)).toBe(true);
    expect(text(uriParameter(uri, "transport"))).toBe("TCP");
    expect(text(uriParameter(uri, "gr"))).toBe("urn:uuid:f81d4fae");
    expect(uriParameter(uri, "lr")).not.toBe(NO_SPAN);
    expect(uriParameter(uri, "ob")).not.toBe(NO_SPAN);
    expect(uriParameter(uri, "maddr")).toBe(NO_SPAN);
  });
});

describe("two contacts", () => {
  it("are the same (RFC 3261, 19.1.4)", () => {
    const pairs: string[] = [
      "sip:alice@atlanta.com",
      "sip:alice@AtLanTa.CoM",
      "sip:%61lice@atlanta.com;transport=TCP",
      "sip:alice@AtLanTa.CoM;Transport=tcp",
      "sip:carol@chicago.com",
      "sip:carol@chicago.com;newparam=5",
      "sip:carol@chicago.com;security=on",
      "sip:carol@chicago.com;newparam=5",
      "sip:carol@chicago.com;a=1;b=2",
      "sip:carol@chicago.com;b=2;a=1",
      "sip:a%2Fb@c",
      "sip:a/b@c",
      "sip:a@b?Subject=x",
      "sip:a@b?Subject=x",
      "sip:a:pw@b",
      "sip:a:pw@b",
    ];
    for (let i = 0; i < pairs.length; i += 2) expect(same(pairs[i], pairs[i + 1])).toBe(true, pairs[i]);
  });

  it("are the same for us: default port and default transport", () => {
    const pairs: string[] = [
      "sip:a@192.0.2.1",
      "sip:a@192.0.2.1:5060",
      "sips:a@192.0.2.1",
      "sips:a@192.0.2.1:5061",
      "sip:a@192.0.2.1;transport=UDP",
      "sip:a@192.0.2.1",
      "sips:a@192.0.2.1;transport=tcp",
      "sips:a@192.0.2.1",
      "sip:a@[2001:db8::1]",
      "sip:a@[2001:DB8:0::0001]:5060",
    ];
    for (let i = 0; i < pairs.length; i += 2) expect(same(pairs[i], pairs[i + 1])).toBe(true, pairs[i]);
  });

  it("differ", () => {
    const pairs: string[] = [
      "SIP:ALICE@AtLanTa.CoM",
      "sip:alice@AtLanTa.CoM",
      "sip:bob@biloxi.com",
      "sip:bob@biloxi.com:6000",
      "sip:bob@biloxi.com",
      "sip:bob@biloxi.com;transport=tcp",
      "sip:bob@biloxi.com;transport=tcp",
      "sip:bob@biloxi.com;transport=udp",
      "sip:bob@phone21.boxesbybob.com",
      "sip:bob@192.0.2.4",
      "sip:a@b",
      "sips:a@b",
      "sip:a@b:5061",
      "sips:a@b",
      "sip:a@b",
      "sip:b",
      "sip:a@b",
      "sip:aa@b",
      "sip:a@[2001:db8::1]",
      "sip:a@[2001:db8::2]",
      "sip:a@[::c000:201]",
      "sip:a@192.0.2.1",
      "sip:%4@b",
      "sip:%40@b",
    ];
    for (let i = 0; i < pairs.length; i += 2) expect(same(pairs[i], pairs[i + 1])).toBe(false, pairs[i]);
  });
});
