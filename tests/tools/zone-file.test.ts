import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { ScenarioError, problemText } from "../../host/scenario/problem.js";
import { DEFAULT_TTL, readRecordLine, readZoneFile } from "../../host/scenario/zone-file.js";
import { EXAMPLES } from "./scenarios.js";

const problemOf = (text: string): string => {
  try {
    readZoneFile("z", text);
    return "none";
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.problems.map(problemText).join("\n");
  }
};

describe("a zone file", () => {
  it("gives the records that lead to servers", () => {
    const text = readFileSync(`${EXAMPLES}../../tests/tools/zones/example.zone`, "utf8");
    const service = "_sip._udp.voice.example.com";
    assert.deepEqual(readZoneFile("example.zone", text), [
      {
        name: service,
        ttl: 300,
        type: "SRV",
        data: { priority: 10, weight: 0, port: 5060, target: "a.voice.example.com" },
      },
      {
        name: service,
        ttl: 300,
        type: "SRV",
        data: { priority: 20, weight: 0, port: 5060, target: "b.voice.example.com" },
      },
      { name: "a.voice.example.com", ttl: 60, type: "A", data: "192.0.2.1" },
      { name: "b.voice.example.com", ttl: 3600, type: "A", data: "192.0.2.2" },
      { name: "b.voice.example.com", ttl: 3600, type: "AAAA", data: "2001:db8::2" },
    ]);
  });

  it("has names that count from an origin, and whole ones", () => {
    const names = (text: string, origin?: string): string[] =>
      readZoneFile("z", text, origin).map(({ name }) => name);
    assert.deepEqual(names("a A 192.0.2.1\n@ A 192.0.2.2\nb.example.net. A 192.0.2.3\n", "example.com."), [
      "a.example.com",
      "example.com",
      "b.example.net",
    ]);
    assert.deepEqual(names("$ORIGIN com.\n$ORIGIN example\na A 192.0.2.1\n"), ["a.example.com"]);
    assert.deepEqual(names("a.example.com A 192.0.2.1\n"), ["a.example.com"]);
  });

  it("has NAPTR records, with quotations", () => {
    assert.deepEqual(
      readZoneFile("z", 'example.com. 60 NAPTR 10 20 "s" "SIP+D2U" "" _sip._udp.example.com.'),
      [
        {
          name: "example.com",
          ttl: 60,
          type: "NAPTR",
          data: {
            order: 10,
            preference: 20,
            flags: "s",
            services: "SIP+D2U",
            regexp: "",
            replacement: "_sip._udp.example.com",
          },
        },
      ],
    );
  });

  it("has aliases, other types and records without a TTL", () => {
    assert.deepEqual(
      readZoneFile("z", 'a CNAME b.example.com.\nb MX 10 c\nb TXT (\n"x"\n)\n', "example.com"),
      [{ name: "a.example.com", ttl: DEFAULT_TTL, type: "CNAME", data: "b.example.com" }],
    );
  });

  for (const [text, problem] of [
    ["a A 192.0.2.256", "z:1:5: error: this must be an IPv4 address"],
    ["a AAAA 192.0.2.1", "z:1:8: error: this must be an IPv6 address"],
    ["\n\na 60 IN", "z:3:1: error: the type of the record is missing"],
    ["a SRV 1 2 70000 b", "z:1:11: error: the port must be a number from 0 to 65535"],
    ["a SRV 1 2 5060", "z:1:3: error: the name that this record leads to is missing"],
    ["a SRV 1 2 5060 b c", 'z:1:18: error: "c" is too much for a record of type SRV'],
    ["a NAPTR 1 2 s", "z:1:3: error: flags, services and regular expression are missing"],
    ["a A 192.0.2.1 (", "z:1:15: error: this parenthesis is not closed"],
    ["a A 192.0.2.1 )", "z:1:15: error: this parenthesis closes nothing"],
    ['a TXT "x', "z:1:7: error: this quotation does not end"],
    ["  A 192.0.2.1", "z:1:3: error: the first record must have a name"],
    ["$INCLUDE other", "z:1:1: error: $INCLUDE is not understood here: only $ORIGIN and $TTL are"],
    ["$TTL soon", "z:1:6: error: this must be a TTL: 300, 5m, 1h"],
    ["$ORIGIN", "z:1:1: error: $ORIGIN says nothing"],
    ["a..b A 192.0.2.1", 'z:1:1: error: "a..b" is no host name'],
    ["a 60 300x A 192.0.2.1", 'z:1:6: error: "300x" is no type of a record'],
  ] as const) {
    it(`says what is wrong with ${JSON.stringify(text)}`, () => {
      assert.equal(problemOf(text), problem);
    });
  }

  it("a line alone has whole names", () => {
    assert.deepEqual(readRecordLine("a.example.com 60 IN A 192.0.2.1"), {
      name: "a.example.com",
      ttl: 60,
      type: "A",
      data: "192.0.2.1",
    });
    assert.deepEqual(readRecordLine("a.example.com A x"), {
      message: "this must be an IPv4 address",
      column: 17,
    });
  });
});
