import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { search, server, services } from "./lookups.js";

describe("NAPTR records", () => {
  const naptr = server("example.com", 0, 3);

  test("L3 lowest order first, then lowest preference", () => {
    const { asked, tried } = search(naptr, (zone) => {
      services(zone);
      zone
        .naptr("example.com", {
          order: 20,
          preference: 1,
          services: "SIPS+D2T",
          replacement: "_sips._tcp.example.com",
        })
        .naptr("example.com", {
          order: 10,
          preference: 20,
          services: "SIP+D2T",
          replacement: "_sip._tcp.example.com",
        })
        .naptr("example.com", {
          order: 10,
          preference: 10,
          services: "SIP+D2U",
          replacement: "_sip._udp.example.com",
        });
    });
    assert.deepEqual(asked, ["NAPTR example.com", "SRV _sip._udp.example.com", "A u.example.com"]);
    assert.deepEqual(tried, ["udp:192.0.2.1:5070"]);
  });

  test("L3 services and flags in any case", () => {
    const { tried } = search(naptr, (zone) => {
      services(zone);
      zone.naptr("example.com", { flags: "S", services: "sip+d2u", replacement: "_sip._udp.example.com" });
    });
    assert.deepEqual(tried, ["udp:192.0.2.1:5070"]);
  });

  test("L3 services of others and other flags are passed over", () => {
    const { asked, tried } = search(naptr, (zone) => {
      services(zone);
      zone
        .naptr("example.com", {
          order: 1,
          services: "E2U+sip",
          flags: "u",
          regexp: "!^.*$!sip:x@y!",
          replacement: ".",
        })
        .naptr("example.com", { order: 2, services: "SIP+D2S", replacement: "_sip._sctp.example.com" })
        .naptr("example.com", { order: 3, services: "SIP+D2U", flags: "a", replacement: "u.example.com" })
        .naptr("example.com", { order: 4, services: "SIP+D2T", replacement: "_sip._tcp.example.com" });
    });
    assert.deepEqual(asked, ["NAPTR example.com", "SRV _sip._tcp.example.com", "A t.example.com"]);
    assert.deepEqual(tried, ["tcp:192.0.2.2:5080"]);
  });

  test("field: the next NAPTR is tried when the first one's SRV does not exist", () => {
    const { asked, tried } = search(naptr, (zone) => {
      services(zone);
      zone
        .naptr("example.com", {
          order: 1,
          preference: 1,
          services: "SIP+D2T",
          replacement: "_sip._tcp.gone.example.com",
        })
        .naptr("example.com", {
          order: 1,
          preference: 2,
          services: "SIPS+D2T",
          replacement: "_sips._tcp.gone.example.com",
        })
        .naptr("example.com", {
          order: 2,
          preference: 1,
          services: "SIP+D2U",
          replacement: "_sip._udp.example.com",
        });
    });
    assert.deepEqual(asked, [
      "NAPTR example.com",
      "SRV _sip._tcp.gone.example.com",
      "SRV _sips._tcp.gone.example.com",
      "SRV _sip._udp.example.com",
      "A u.example.com",
    ]);
    assert.deepEqual(tried, ["udp:192.0.2.1:5070"]);
  });
});
