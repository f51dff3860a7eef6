import { NO_SPAN, Span } from "../../../assembly/bytes/span";
import { Via, parseVia, viaParameter } from "../../../assembly/sip/via";
import { atEdge, put, text } from "../bytes/memory";

const via = changetype<Via>(memory.data(offsetof<Via>(), 8));

function shown(view: Span): string {
  return view == NO_SPAN ? "none" : text(view);
}

/** Transport, host, port, branch, received and rport, between bars. */
function parts(value: string): string {
  if (!parseVia(atEdge(put(value)), via)) return "none";
  return (
    text(via.transport) +
    "|" +
    text(via.host) +
    "|" +
    via.port.toString() +
    "|" +
    shown(viaParameter(via, "branch")) +
    "|" +
    shown(viaParameter(via, "received")) +
    "|" +
    shown(viaParameter(via, "rport"))
  );
}

describe("a Via value", () => {
  it("has its parts", () => {
    expect(parts("SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa;received=192.0.2.9;rport=1024")).toBe(
      "UDP|192.0.2.1|5060|z9hG4bKa|192.0.2.9|1024",
    );
    expect(parts("SIP/2.0/TLS host.example.com;branch=z9hG4bKa;rport")).toBe(
      "TLS|host.example.com|0|z9hG4bKa|none|",
    );
    expect(parts("SIP/2.0/TCP [2001:db8::9:1]:5061;received=2001:db8::1;Branch=x")).toBe(
      "TCP|[2001:db8::9:1]|5061|x|2001:db8::1|none",
    );
    expect(parts("sip/2.0/udp h")).toBe("udp|h|0|none|none|none");
    expect(parts("SIP/2.0/SCTP h;x")).toBe("SCTP|h|0|none|none|none");
  });

  it("may have white space around its marks (RFC 4475, 3.1.1.1)", () => {
    expect(parts("SIP  / 2.0\r\n /UDP\r\n    192.0.2.2;branch=390skdjuw")).toBe(
      "UDP|192.0.2.2|0|390skdjuw|none|none",
    );
    expect(parts("SIP / 2.0 / TCP  spindle.example.com : 4000 ; branch  = z9hG4bK9 ;rport")).toBe(
      "TCP|spindle.example.com|4000|z9hG4bK9|none|",
    );
  });

  it("is refused where it is none", () => {
    const wrong: string[] = [
      "",
      "SIP",
      "SIP/2.0",
      "SIP/2.0/",
      "SIP/2.0/UDP",
      "SIP/2.0/UDP ",
      "SIP/2.0/UDPhost",
      "SIP/2.0/UDP[::1]",
      "SIP/2.0 UDP h",
      "HTTP/1.1/TCP h",
      "SIP/7.0/UDP h",
      "SIP//UDP h",
      "/2.0/UDP h",
      "SIP/2.0/UDP :5060",
      "SIP/2.0/UDP h:",
      "SIP/2.0/UDP h:0",
      "SIP/2.0/UDP h:65536",
      "SIP/2.0/UDP h:x",
      "SIP/2.0/UDP h x",
      "SIP/2.0/UDP h:5060x",
      "SIP/2.0/UDP ;branch=1",
      "SIP/2.0/UDP [::1",
      "SIP/2.0/UDP h,h",
    ];
    for (let i = 0; i < wrong.length; i++) expect(parts(wrong[i])).toBe("none", wrong[i]);
    expect(parseVia(NO_SPAN, via)).toBe(false);
  });
});
