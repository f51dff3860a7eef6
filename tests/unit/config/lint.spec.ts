import * as D from "../../../assembly/contract/constants";
import { check, errors, finish, readFile, readOctets, reset, summaries, told } from "./fixture";

/** An account about which there is nothing to be said, in lines 2 to 4. */
const ACCOUNT =
  "account.1.enable = 1\naccount.1.user_name = alice\naccount.1.sip_server.1.address = sip.example.com\n";
const SERVER = "account.1.sip_server.1.";
const PROXY = "account.1.outbound_proxy.1.";
const PROXIES = ACCOUNT + "account.1.outbound_proxy_enable = 1\n" + PROXY + "address = proxy.example.com\n";

/** After `before`, the lines say this, in this order; `code key detail line` each. */
function expectSaid(before: string, lines: string, wanted: string[]): void {
  check(before + lines);
  let said = "";
  for (let i = 0; i < told.length; i++) {
    const one = told[i];
    expect(one.level).toBe(D.LEVEL_WARNING, one.summary);
    expect(one.column).toBe(1, one.summary);
    expect(one.file).toBe(0, one.summary);
    said += (i > 0 ? " | " : "") + `${one.code} ${one.key} ${one.detail.replaceAll("\n", ";")} ${one.line}`;
  }
  expect(said).toBe(wanted.join(" | "), lines);
  expect(errors()).toBe(0);
}

function expectSilence(before: string, lines: string): void {
  expectSaid(before, lines, []);
}

describe("failback_timeout", () => {
  const code = D.DIAGNOSTIC_FAILBACK_TIMEOUT_UNUSED;

  it("is of use with failback_mode 3 alone", () => {
    for (let mode = 0; mode < 3; mode++) {
      expectSaid(ACCOUNT, `${SERVER}failback_timeout = 100\n${SERVER}failback_mode = ${mode}\n`, [
        `${code} ${SERVER}failback_timeout ${mode} 5`,
      ]);
    }
    expectSilence(ACCOUNT, `${SERVER}failback_timeout = 100\n${SERVER}failback_mode = 3\n`);
    expectSaid(ACCOUNT, `${SERVER}failback_timeout = 100\n`, [`${code} ${SERVER}failback_timeout 0 5`]);
  });

  it("that is not set, blank or refused is not spoken of", () => {
    expectSilence(ACCOUNT, `${SERVER}failback_timeout = \n`);
    expectSilence(ACCOUNT, `${SERVER}failback_timeout = %NULL%\n`);
    check(ACCOUNT + `${SERVER}failback_timeout = 99999\n`);
    expect(told.length).toBe(1);
    expect(told[0].code).toBe(D.DIAGNOSTIC_OUT_OF_RANGE);
  });

  it("of a server serves the proxy that inherits it, and the proxy's mode counts", () => {
    expectSilence(PROXIES, `${SERVER}failback_timeout = 100\n${PROXY}failback_mode = 3\n`);
    expectSaid(
      PROXIES,
      `${SERVER}failback_timeout = 100\n${SERVER}failback_mode=3\n${PROXY}failback_mode = 1\n`,
      [`${code} ${SERVER}failback_timeout 1 7`],
    );
    expectSilence(PROXIES, `${PROXY}failback_timeout = 100\n${SERVER}failback_mode = 3\n`);
    expectSaid(PROXIES, `${PROXY}failback_timeout = 100\n${SERVER}failback_mode = 2\n`, [
      `${code} ${PROXY}failback_timeout 2 7`,
    ]);
    expectSilence(PROXIES, `${PROXY}failback_timeout = -1\n`);
  });
});

describe("only_signal_with_registered", () => {
  it("needs register_on_enable and failback_mode 1, 2 or 3", () => {
    const code = D.DIAGNOSTIC_ONLY_SIGNAL_UNUSED;
    const key = SERVER + "only_signal_with_registered";
    for (let register = 0; register < 2; register++) {
      for (let mode = 0; mode < 4; mode++) {
        const lines = `${key} = 1\n${SERVER}register_on_enable = ${register}\n${SERVER}failback_mode = ${mode}\n`;
        if (register == 1 && mode > 0) expectSilence(ACCOUNT, lines);
        else expectSaid(ACCOUNT, lines, [`${code} ${key}  5`]);
      }
    }
    expectSilence(ACCOUNT, `${key} = 0\n`);
    const own = PROXY + "only_signal_with_registered";
    expectSaid(PROXIES, `${own} = 1\n${PROXY}register_on_enable = 1\n`, [`${code} ${own}  7`]);
    expectSilence(PROXIES, `${own} = 1\n${PROXY}register_on_enable = 1\n${PROXY}failback_mode = 1\n`);
    expectSilence(PROXIES, `${own} = 1\n${SERVER}register_on_enable = 1\n${SERVER}failback_mode = 1\n`);
  });
});

describe("failback_subscribe.enable", () => {
  it("needs failback_mode 1, 2 or 3", () => {
    const code = D.DIAGNOSTIC_FAILBACK_SUBSCRIBE_UNUSED;
    const key = SERVER + "failback_subscribe.enable";
    expectSaid(ACCOUNT, `${key} = 1\n`, [`${code} ${key}  5`]);
    expectSaid(ACCOUNT, `${key} = 1\n${SERVER}failback_mode = 0\n`, [`${code} ${key}  5`]);
    for (let mode = 1; mode < 4; mode++)
      expectSilence(ACCOUNT, `${key} = 1\n${SERVER}failback_mode = ${mode}\n`);
    expectSilence(ACCOUNT, `${key} = 0\n`);
    const own = PROXY + "failback_subscribe.enable";
    expectSaid(PROXIES, `${own} = 1\n`, [`${code} ${own}  7`]);
    expectSilence(PROXIES, `${own} = 1\n${SERVER}failback_mode = 2\n`);
  });
});

describe("failback_mode", () => {
  it("1, 2 and 3 have no use with an IP address", () => {
    const code = D.DIAGNOSTIC_FAILBACK_MODE_WITH_IP_ADDRESS;
    const addresses = ["192.0.2.1", "2001:db8::1", "[2001:db8::1]"];
    for (let i = 0; i < addresses.length; i++) {
      const server = ACCOUNT.replace("sip.example.com", addresses[i]);
      expectSilence(server, `${SERVER}failback_mode = 0\n`);
      for (let mode = 1; mode < 4; mode++) {
        expectSaid(server, `${SERVER}failback_mode = ${mode}\n`, [
          `${code} ${SERVER}failback_mode ${mode};${addresses[i]} 5`,
        ]);
      }
      expectSilence(server.replaceAll(SERVER, "account.1.sip_server.2."), `${SERVER}failback_mode = 1\n`);
    }
    const proxies = PROXIES.replace("proxy.example.com", "192.0.2.9");
    expectSaid(proxies, `${PROXY}failback_mode = 1\n`, [`${code} ${PROXY}failback_mode 1;192.0.2.9 7`]);
    expectSaid(proxies, `${SERVER}failback_mode = 1\n`, [`${code} ${SERVER}failback_mode 1;192.0.2.9 7`]);
    expectSilence(PROXIES.replace("sip.example.com", "192.0.2.1"), `${SERVER}failback_mode = 1\n`);
  });
});

describe("transport_type", () => {
  it("3 asks for NAPTR records only with port 0 and a host name", () => {
    const key = SERVER + "transport_type";
    expectSaid(ACCOUNT, `${key} = 3\n`, [`${D.DIAGNOSTIC_NAPTR_WITH_PORT} ${key} 5060 5`]);
    expectSaid(ACCOUNT, `${key} = 3\n${SERVER}port = 5070\n`, [
      `${D.DIAGNOSTIC_NAPTR_WITH_PORT} ${key} 5070 5`,
    ]);
    expectSilence(ACCOUNT, `${key} = 3\n${SERVER}port = 0\n`);
    for (let type = 0; type < 3; type++) expectSilence(ACCOUNT, `${key} = ${type}\n${SERVER}port = 5060\n`);
    const literal = ACCOUNT.replace("sip.example.com", "192.0.2.1");
    expectSaid(literal, `${key} = 3\n${SERVER}port = 0\n`, [
      `${D.DIAGNOSTIC_NAPTR_WITH_IP_ADDRESS} ${key} 192.0.2.1 5`,
    ]);
    expectSaid(PROXIES, `${key} = 3\n${SERVER}port = 0\n`, [`${D.DIAGNOSTIC_NAPTR_WITH_PORT} ${key} 5060 7`]);
    expectSilence(PROXIES, `${key} = 3\n${PROXY}port = 0\n`);
  });
});

describe("fallback keys", () => {
  const TIMEOUT = "account.1.fallback.timeout";
  const TYPE = "account.1.fallback.redundancy_type";

  it("fallback.timeout needs redundancy_type 1", () => {
    const code = D.DIAGNOSTIC_FALLBACK_TIMEOUT_UNUSED;
    expectSaid(ACCOUNT, `${TIMEOUT} = 60\n`, [`${code} ${TIMEOUT}  5`]);
    expectSaid(ACCOUNT, `${TYPE} = 0\n${TIMEOUT} = 60\n`, [`${code} ${TIMEOUT}  6`]);
    expectSilence(ACCOUNT, `${TIMEOUT} = 60\n${TYPE} = 1\n`);
  });

  it("have no use with outbound proxies on", () => {
    const code = D.DIAGNOSTIC_FALLBACK_WITH_PROXIES;
    expectSaid(PROXIES, `${TYPE} = 1\n${TIMEOUT} = 60\n`, [`${code} ${TYPE}  7`, `${code} ${TIMEOUT}  8`]);
    expectSilence(ACCOUNT, `${TYPE} = 1\n${TIMEOUT} = 60\naccount.1.outbound_proxy_enable = 0\n`);
  });
});

describe("slot 2", () => {
  const code = D.DIAGNOSTIC_SAME_SERVERS;
  const SECOND = "account.1.sip_server.2.";

  it("that is the same as slot 1 gives no redundancy", () => {
    expectSaid(ACCOUNT, `${SECOND}address = sip.example.com\n`, [`${code} ${SECOND}address  5`]);
    expectSaid(ACCOUNT, `${SECOND}address = SIP.Example.com\n`, [`${code} ${SECOND}address  5`]);
    expectSilence(ACCOUNT, `${SECOND}address = sip2.example.com\n`);
    expectSilence(ACCOUNT, `${SECOND}address = sip.example.com\n${SECOND}port = 5070\n`);
    expectSilence(ACCOUNT, `${SECOND}address = sip.example.com\n${SECOND}transport_type = 1\n`);
    expectSaid(
      ACCOUNT,
      `${SECOND}address = sip.example.com\n${SECOND}port = 5070\n${SERVER}port = 5070\n` +
        `${SECOND}transport_type = 2\n${SERVER}transport_type = 2\n`,
      [`${code} ${SECOND}address  5`],
    );
  });

  it("of the same server by another proxy is another way", () => {
    const second = "account.1.outbound_proxy.2.address";
    const both = PROXIES + `${SECOND}address = sip.example.com\n`;
    expectSilence(both, `${second} = proxy2.example.com\n`);
    expectSaid(both, `${second} = proxy.example.com\n`, [`${code} ${second}  8`]);
    expectSilence(both, `${second} = proxy.example.com\naccount.1.outbound_proxy.2.port = 5070\n`);
  });
});

describe("outbound proxies", () => {
  it("that are off make every key of theirs one of no use", () => {
    const code = D.DIAGNOSTIC_OUTBOUND_PROXY_DISABLED;
    const keys = [
      "register_on_enable = 1",
      "retry_counts = 1",
      "invite_retry_counts = 1",
      "only_signal_with_registered = 1",
      "failback_mode = 1",
      "failback_timeout = 100",
      "failback_subscribe.enable = 1",
      "address = proxy.example.com",
      "port = 5060",
    ];
    for (let i = 0; i < keys.length; i++) {
      const name = keys[i].split(" ")[0];
      for (let slot = 1; slot <= 2; slot++) {
        const head = `account.1.outbound_proxy.${slot}.`;
        expectSaid(ACCOUNT, `${head}${keys[i]}\n`, [`${code} ${head}${name}  5`]);
      }
    }
    const interval = "account.1.outbound_proxy_fallback_interval";
    expectSaid(ACCOUNT, `account.1.outbound_proxy_enable = 0\n${interval} = 60\n`, [
      `${code} ${interval}  6`,
    ]);
    expectSilence(PROXIES, `${interval} = 60\n`);
    expectSilence(ACCOUNT, `${PROXY}retry_counts = -1\n${PROXY}address = \n${PROXY}port = %NULL%\n`);
  });

  it("that are on without an address of theirs change nothing", () => {
    const key = "account.1.outbound_proxy_enable";
    expectSaid(ACCOUNT, `${key} = 1\n`, [`${D.DIAGNOSTIC_OUTBOUND_PROXY_WITHOUT_ADDRESS} ${key}  5`]);
    expectSilence(ACCOUNT, `${key} = 1\naccount.1.outbound_proxy.2.address = proxy.example.com\n`);
  });
});

describe("an account that is enabled", () => {
  it("needs a server and a user name", () => {
    const server = `${D.DIAGNOSTIC_ACCOUNT_WITHOUT_SERVER} account.2.enable  2`;
    const user = `${D.DIAGNOSTIC_ACCOUNT_WITHOUT_USER_NAME} account.2.enable  2`;
    expectSaid("account.2.enable = 1\n", "", [server, user]);
    expectSaid("account.2.enable = 1\n", "account.2.user_name = bob\n", [server]);
    expectSaid("account.2.enable = 1\n", "account.2.sip_server.1.address = a.example\n", [user]);
    expectSilence(
      "account.2.enable = 1\n",
      "account.2.sip_server.2.address = a.example\naccount.2.user_name = bob\n",
    );
    expectSilence(ACCOUNT, "account.2.enable = 0\n");
    check("account.2.enable = 1\naccount.2.user_name = bob\naccount.2.sip_server.1.address = a b\n");
    expect(told.length).toBe(2);
    expect(told[1].code).toBe(D.DIAGNOSTIC_ACCOUNT_WITHOUT_SERVER);
    expect(told[1].account).toBe(2);
  });

  it("must be there, or it is an error where one is disabled, or where the last file begins", () => {
    const code = D.DIAGNOSTIC_NO_ACCOUNT_ENABLED;
    check("");
    expect(summaries()).toBe(`${code} 0:1:1`);
    expect(told[0].level).toBe(D.LEVEL_ERROR);
    expect(errors()).toBe(1);
    check("account.1.user_name = alice\n  account.1.enable = 0\n");
    expect(summaries()).toBe(`${code} 0:3:3`);
    check("account.9.enable = 0\naccount.4.enable = yes\n");
    expect(summaries()).toBe(`${D.DIAGNOSTIC_NOT_A_NUMBER} account.4.enable yes;0..1 0:3:20 | ${code} 0:3:1`);
    reset();
    readFile(0, ACCOUNT);
    readFile(1, "account.1.enable = 0\n");
    readFile(2, "sip.listen_port = 0\n");
    finish();
    expect(summaries()).toBe(`${code} 1:2:1`);
    reset();
    readFile(0, "");
    readFile(1, "");
    finish();
    expect(summaries()).toBe(`${code} 1:1:1`);
    reset();
    readOctets(0, new ArrayBuffer(0));
    finish();
    expect(summaries()).toBe(`${D.DIAGNOSTIC_MISSING_HEADER} 0:1:1 | ${code} 0:1:1`);
  });
});

describe("a static record", () => {
  const code = D.DIAGNOSTIC_INCOMPLETE_RECORD;

  it("needs its parts, or it is not used", () => {
    expectSilence(ACCOUNT, "dns_cache_a.1.name = a.example\ndns_cache_a.1.ip = 192.0.2.1\n");
    expectSaid(ACCOUNT, "dns_cache_a.1.name = a.example\n", [`${code} dns_cache_a.1.name ip 5`]);
    expectSaid(ACCOUNT, "dns_cache_a.1.ip = 192.0.2.1\n", [`${code} dns_cache_a.1.ip name 5`]);
    expectSaid(ACCOUNT, "account.1.dns_cache_a.12.ttl = 5\n", [
      `${code} account.1.dns_cache_a.12.ttl name 5`,
    ]);
    expectSaid(ACCOUNT, "dns_cache_srv.2.name = _sip._udp.a.example\ndns_cache_srv.2.target = b.example\n", [
      `${code} dns_cache_srv.2.name port 5`,
    ]);
    expectSilence(
      ACCOUNT,
      "dns_cache_srv.2.name = _sip._udp.a.example\ndns_cache_srv.2.target = b.example\ndns_cache_srv.2.port = 5060\n",
    );
    expectSaid(ACCOUNT, "dns_cache_naptr.3.order = 1\ndns_cache_naptr.3.name = a.example\n", [
      `${code} dns_cache_naptr.3.name service 6`,
    ]);
    expectSilence(
      ACCOUNT,
      "dns_cache_naptr.3.name = a.example\ndns_cache_naptr.3.service = SIP+D2U\ndns_cache_naptr.3.replace = _sip._udp.a.example\n",
    );
  });

  it("all of whose keys are blank is no record", () => {
    expectSilence(ACCOUNT, "dns_cache_a.1.name =\ndns_cache_a.1.ip = %NULL%\ndns_cache_a.1.ttl =\n");
    reset();
    readFile(0, ACCOUNT + "dns_cache_a.1.name = a.example\n");
    readFile(1, "dns_cache_a.1.name = %NULL%\n");
    finish();
    expect(summaries()).toBe("");
  });
});

describe("a key of a later file", () => {
  it("is spoken of where it stands", () => {
    reset();
    readFile(0, ACCOUNT + `${SERVER}failback_timeout = 100\n${SERVER}failback_mode = 3\n`);
    readFile(1, `\n\t${SERVER}failback_timeout = 200\n${SERVER}failback_mode = 1\n`);
    finish();
    expect(summaries()).toBe(`${D.DIAGNOSTIC_FAILBACK_TIMEOUT_UNUSED} ${SERVER}failback_timeout 1 1:3:2`);
  });
});
