import { NO_SPAN } from "../../../assembly/bytes/span";
import {
  addressDisplay,
  addressParameter,
  addressParameters,
  addressUri,
} from "../../../assembly/sip/nameaddr";
import { atEdge, put, text } from "../bytes/memory";

/** Display name, URI and parameters of a value, between bars. */
function parts(value: string): string {
  const uri = addressUri(atEdge(put(value)));
  const shown = uri == NO_SPAN ? "none" : text(uri);
  const display = addressDisplay(atEdge(put(value)));
  const name = display == NO_SPAN ? "none" : text(display);
  return name + "|" + shown + "|" + text(addressParameters(atEdge(put(value))));
}

describe("an address in a header field", () => {
  it("with brackets", () => {
    expect(parts("<sip:a@b>")).toBe("|sip:a@b|");
    expect(parts("<sip:a@b;transport=tcp>;tag=1")).toBe("|sip:a@b;transport=tcp|;tag=1");
    expect(parts("  < sip:a@b > ; tag=1")).toBe("|sip:a@b| ; tag=1");
    expect(parts("Alice <sip:a@b>;q=0.5")).toBe("Alice|sip:a@b|;q=0.5");
    expect(parts("Alice  B. Example\t<sip:a@b>")).toBe("Alice  B. Example|sip:a@b|");
    expect(parts("\r\n Alice\r\n <sip:a@b>\r\n ;tag=1")).toBe("Alice|sip:a@b|\r\n ;tag=1");
  });

  it("with a quoted display name", () => {
    expect(parts('"Alice" <sip:a@b>;tag=1')).toBe("Alice|sip:a@b|;tag=1");
    expect(parts('"A <x@y>, \\"B\\"; C" <sip:a@b>')).toBe('A <x@y>, \\"B\\"; C|sip:a@b|');
    expect(parts('""<sip:a@b>')).toBe("|sip:a@b|");
    expect(parts('"\\\\"<sip:a@b>')).toBe("\\\\|sip:a@b|");
  });

  it("without brackets: what follows the first semicolon belongs to the field", () => {
    expect(parts("sip:a@b")).toBe("|sip:a@b|");
    expect(parts("sip:a@b;tag=1;x")).toBe("|sip:a@b|tag=1;x");
    expect(parts("tel:+15551234 ;tag=1")).toBe("|tel:+15551234|tag=1");
    expect(parts("*")).toBe("|*|");
  });

  it("broken: no URI", () => {
    expect(parts("<sip:a@b")).toBe("|none|");
    expect(parts('"Alice <sip:a@b>;tag=1')).toBe('|"Alice <sip:a@b>|tag=1');
    expect(parts('"A" x <sip:a@b>')).toBe("none|sip:a@b|");
    expect(parts("")).toBe("||");
    expect(parts("<>")).toBe("||");
    expect(parts("<")).toBe("|none|");
  });

  it("parameters of the URI are not the field's", () => {
    expect(addressParameter(put("<sip:a@b;tag=uri>"), "tag")).toBe(NO_SPAN);
    expect(text(addressParameter(put("<sip:a@b;tag=uri>;Tag=field"), "tag"))).toBe("field");
    expect(text(addressParameter(put("sip:a@b;tag=field"), "tag"))).toBe("field");
    expect(text(addressParameter(put('<sip:a@b>;x=">;tag=1";tag=2'), "tag"))).toBe("2");
  });
});
