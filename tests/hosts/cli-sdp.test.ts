import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { calledUri } from "../../host/cli/call-address.js";
import { localAddress } from "../../host/cli/local-address.js";
import { CallMedia, audioAnswer, audioOffer, directed, directionOf } from "../../host/cli/sdp.js";
import { readSdpFile } from "../../host/cli/sdp-file.js";
import { testFolder, writeFile } from "./cli-harness.js";
import { hasIpv6 } from "./ipv6.js";

const HERE = "192.0.2.7";

/** An offer of the far end with these streams, each of some lines. */
const offerOf = (...lines: readonly string[]): string =>
  ["v=0", "o=far 7 7 IN IP4 192.0.2.100", "s=-", "c=IN IP4 192.0.2.100", "t=0 0", ...lines, ""].join("\r\n");

const AUDIO = "m=audio 40000 RTP/AVP 8 101";
const linesOf = (sdp: string | undefined, ...beginnings: readonly string[]): string[] =>
  (sdp ?? "").split("\r\n").filter((line) => beginnings.some((beginning) => line.startsWith(beginning)));
const direction = (sdp: string | undefined): string[] =>
  linesOf(sdp, "a=sendrecv", "a=sendonly", "a=recvonly", "a=inactive");

describe("an offer", () => {
  it("is audio both ways, at this machine's address", () => {
    assert.equal(
      audioOffer(HERE),
      [
        "v=0",
        "o=- 1 1 IN IP4 192.0.2.7",
        "s=-",
        "c=IN IP4 192.0.2.7",
        "t=0 0",
        "m=audio 11780 RTP/AVP 0 8",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:8 PCMA/8000",
        "a=sendrecv",
        "",
      ].join("\r\n"),
    );
    assert.deepEqual(linesOf(audioOffer("2001:db8::7"), "c="), ["c=IN IP6 2001:db8::7"]);
  });

  it("RFC 3264, 8.4: holds by wanting nothing from the far end, with the next version", () => {
    const media = new CallMedia(42);
    const origins = [false, true, true, false].map((isHeld) => {
      const offer = media.offer(HERE, isHeld);
      return [...linesOf(offer, "o="), ...direction(offer)];
    });
    assert.deepEqual(origins, [
      ["o=- 42 1 IN IP4 192.0.2.7", "a=sendrecv"],
      ["o=- 42 2 IN IP4 192.0.2.7", "a=sendonly"],
      ["o=- 42 2 IN IP4 192.0.2.7", "a=sendonly"],
      ["o=- 42 3 IN IP4 192.0.2.7", "a=sendrecv"],
    ]);
  });

  it("RFC 8866, 5.2: keeps its origin when the address changes", () => {
    const media = new CallMedia(42);
    media.offer(HERE, false);
    assert.deepEqual(linesOf(media.offer("198.51.100.9", false), "o=", "c="), [
      "o=- 42 2 IN IP4 192.0.2.7",
      "c=IN IP4 198.51.100.9",
    ]);
  });
});

describe("an answer", () => {
  it("RFC 3264, 6: takes the first format of the first plain audio, and refuses the other streams in their places", () => {
    const offer = offerOf(
      "m=video 40002 RTP/AVP 96",
      "m=audio 0 RTP/AVP 0",
      "m=audio 40004 RTP/SAVP 0",
      "m=audio 40006 RTP/AVP 97 0",
      "a=rtpmap:97 opus/48000/2",
      "a=fmtp:97 useinbandfec=1",
      "a=rtpmap:0 PCMU/8000",
      "m=audio 40008 RTP/AVP 0",
    );
    assert.deepEqual(linesOf(audioAnswer(offer, HERE), "m=", "a="), [
      "m=video 0 RTP/AVP 96",
      "m=audio 0 RTP/AVP 0",
      "m=audio 0 RTP/SAVP 0",
      "m=audio 11780 RTP/AVP 97",
      "a=rtpmap:97 opus/48000/2",
      "a=fmtp:97 useinbandfec=1",
      "m=audio 0 RTP/AVP 0",
    ]);
  });

  it("is none where nothing is offered that could be taken", () => {
    for (const stream of ["m=audio 40000 RTP/SAVP 0", "m=audio 0 RTP/AVP 0", "m=video 40000 RTP/AVP 96"]) {
      assert.equal(audioAnswer(offerOf(stream), HERE), undefined, stream);
    }
    assert.equal(audioAnswer("nonsense", HERE), undefined);
  });

  const cases: readonly (readonly [theirs: string, isHeld: boolean, ours: string])[] = [
    ["a=sendrecv", false, "a=sendrecv"],
    ["a=sendonly", false, "a=recvonly"],
    ["a=recvonly", false, "a=sendonly"],
    ["a=inactive", false, "a=inactive"],
    ["a=sendrecv", true, "a=sendonly"],
    ["a=sendonly", true, "a=inactive"],
    ["a=recvonly", true, "a=sendonly"],
  ];
  for (const [theirs, isHeld, ours] of cases) {
    it(`RFC 3264, 6.1: is ${ours} to ${theirs}${isHeld ? " while the call is held here" : ""}`, () => {
      assert.deepEqual(direction(new CallMedia(1).answer(offerOf(AUDIO, theirs), HERE, isHeld)), [ours]);
      assert.deepEqual(direction(new CallMedia(1).answer(offerOf(theirs, AUDIO), HERE, isHeld)), [ours]);
    });
  }

  it("RFC 3264, 8: has the version of what was said before as long as it says the same", () => {
    const media = new CallMedia(9);
    const offer = offerOf(AUDIO);
    const versions = [offer, offer, offerOf(AUDIO, "a=sendonly")].map((each) =>
      linesOf(media.answer(each, HERE, false), "o="),
    );
    assert.deepEqual(versions, [
      ["o=- 9 1 IN IP4 192.0.2.7"],
      ["o=- 9 1 IN IP4 192.0.2.7"],
      ["o=- 9 2 IN IP4 192.0.2.7"],
    ]);
  });
});

describe("a description from a file", () => {
  const folder = testFolder();
  const FILE = offerOf("m=audio 5004 RTP/AVP 0", "m=video 5006 RTP/AVP 96").replace(
    "far 7 7",
    "me 7 18446744073709551614",
  );

  it("is sent as it is, in offers and answers", () => {
    const media = new CallMedia(1, FILE);
    assert.equal(media.offer(HERE, false), FILE);
    assert.equal(media.answer(offerOf(AUDIO), HERE, false), FILE);
  });

  it("has another direction and version while the call is on hold", () => {
    const media = new CallMedia(1, FILE);
    media.offer(HERE, false);
    assert.deepEqual(linesOf(media.offer(HERE, true), "o=", "m=", "a="), [
      "o=me 7 18446744073709551615 IN IP4 192.0.2.100",
      "m=audio 5004 RTP/AVP 0",
      "a=sendonly",
      "m=video 5006 RTP/AVP 96",
      "a=sendonly",
    ]);
    assert.deepEqual(direction(media.answer(offerOf(AUDIO, "a=sendonly"), HERE, false)), [
      "a=recvonly",
      "a=recvonly",
    ]);
  });

  it("keeps its own direction", () => {
    const announcement = directed(FILE, { sends: true, receives: false });
    assert.deepEqual(directionOf(announcement), { sends: true, receives: false });
    const media = new CallMedia(1, announcement);
    assert.equal(media.offer(HERE, false), announcement);
    assert.equal(media.answer(offerOf(AUDIO), HERE, false), announcement);
    assert.deepEqual(direction(media.answer(offerOf(AUDIO, "a=sendonly"), HERE, false)), [
      "a=inactive",
      "a=inactive",
    ]);
  });

  it("is read with any line ends; what is none is refused with a sentence", () => {
    const lines = "v=0\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\n\nt=0 0";
    assert.equal(
      readSdpFile(writeFile(folder, "a.sdp", lines)),
      "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n",
    );
    assert.throws(() => readSdpFile(writeFile(folder, "b.sdp", "hello")), /b\.sdp is no session description/);
    assert.throws(() => readSdpFile(join(folder, "c.sdp")), /c\.sdp cannot be read: /);
  });
});

describe("whom to call", () => {
  const cases: readonly (readonly [text: string, domain: string, uri: string | undefined])[] = [
    ["sip:bob@example.com", "pbx.example", "sip:bob@example.com"],
    ["SIPS:bob@[2001:db8::1]:5061;transport=tcp", "pbx.example", "SIPS:bob@[2001:db8::1]:5061;transport=tcp"],
    ["sip:pbx.example", "pbx.example", "sip:pbx.example"],
    ["tel:+49301234", "pbx.example", "tel:+49301234"],
    ["bob@example.com:5070", "pbx.example", "sip:bob@example.com:5070"],
    ["1002", "pbx.example", "sip:1002@pbx.example"],
    ["*31#1002", "2001:db8::1", "sip:*31%231002@[2001:db8::1]"],
    ["+49301234", "192.0.2.1", "sip:+49301234@192.0.2.1"],
    ["jörg", "pbx.example", "sip:j%C3%B6rg@pbx.example"],
    ["", "pbx.example", undefined],
    ["bob smith", "pbx.example", undefined],
    ["<sip:bob@example.com>", "pbx.example", undefined],
    ["sip:", "pbx.example", undefined],
    ["sip:@example.com", "pbx.example", undefined],
    ["http://example.com", "pbx.example", undefined],
    ["@example.com", "pbx.example", undefined],
  ];
  for (const [text, domain, uri] of cases) {
    it(`is ${uri ?? "nobody"} for "${text}" at ${domain}`, () => {
      assert.equal(calledUri(text, domain), uri);
    });
  }
});

describe("the address towards a target", () => {
  it("is the one that the system sends from, whatever the transport", async () => {
    assert.equal(await localAddress("udp:127.0.0.1:5060"), "127.0.0.1");
    assert.equal(await localAddress("tls:127.0.0.1:5061"), "127.0.0.1");
    if (hasIpv6) assert.equal(await localAddress("tcp:[::1]:5060"), "::1");
  });

  it("is one of this machine's where there is no target yet", async () => {
    assert.match(await localAddress(""), /^\d+\.\d+\.\d+\.\d+$/);
  });
});
