import { spanLength } from "../../../assembly/bytes/span";
import { DIAGNOSTIC_TEXTS_FULL } from "../../../assembly/contract/constants";
import {
  accountEnabled,
  accountSetting,
  accountText,
  authName,
  globalSetting,
  globalText,
  proxySetting,
  proxyText,
  routeAddress,
  routeSetting,
  serverSetting,
  serverText,
  usesProxy,
} from "../../../assembly/config/settings";
import {
  KEY_ADDRESS,
  KEY_DISPLAY_NAME,
  KEY_ENABLE,
  KEY_EXPIRES,
  KEY_FAILBACK_MODE,
  KEY_FAILBACK_TIMEOUT,
  KEY_INVITE_RETRY_COUNTS,
  KEY_LABEL,
  KEY_PASSWORD,
  KEY_PORT,
  KEY_PRIMARY_DNS,
  KEY_RETRY_COUNTS,
  KEY_TIMER_T1,
  KEY_TRANSPORT_TYPE,
  KEY_USER_NAME,
} from "../../../assembly/config/table";
import { check, errors, read, reset, stringOf, summaries, told } from "./fixture";

const SERVER = `
account.1.sip_server.1.address = sip.example.com
account.1.sip_server.1.port = 0
account.1.sip_server.1.retry_counts = 7
account.1.sip_server.1.failback_mode = 2
account.1.sip_server.1.transport_type = 1
account.1.sip_server.1.expires = 120
`;

const PROXY = `
account.1.outbound_proxy_enable = 1
account.1.outbound_proxy.1.address = proxy.example.com
`;

describe("settings", () => {
  beforeEach(reset);

  it("of one account, slot or key never touch another", () => {
    read(`
account.2.sip_server.1.retry_counts = 9
account.2.outbound_proxy.2.retry_counts = 8
account.3.enable = 1
`);
    for (let account = 1; account <= 16; account++) {
      expect(accountEnabled(account)).toBe(account == 3);
      for (let slot = 1; slot <= 2; slot++) {
        expect(serverSetting(account, slot, KEY_RETRY_COUNTS)).toBe(account == 2 && slot == 1 ? 9 : 3);
        expect(proxySetting(account, slot, KEY_RETRY_COUNTS)).toBe(account == 2 && slot == 2 ? 8 : -1);
        expect(serverSetting(account, slot, KEY_INVITE_RETRY_COUNTS)).toBe(3);
      }
    }
  });

  it("are forgotten by a reset", () => {
    read(SERVER + "account.1.enable = 1\nstatic.network.primary_dns = 192.0.2.53\nsip.timer_t1 = 1\n");
    reset();
    expect(accountSetting(1, KEY_ENABLE)).toBe(0);
    expect(spanLength(serverText(1, 1, KEY_ADDRESS))).toBe(0);
    expect(spanLength(globalText(KEY_PRIMARY_DNS))).toBe(0);
    expect(globalSetting(KEY_TIMER_T1)).toBe(500);
    expect(serverSetting(1, 1, KEY_RETRY_COUNTS)).toBe(3);
  });
});

describe("the way of a slot's requests", () => {
  it("is the server's while proxies are off", () => {
    read(
      SERVER +
        "account.1.outbound_proxy.1.address = proxy.example.com\naccount.1.outbound_proxy.1.retry_counts = 9\n",
    );
    expect(usesProxy(1, 1)).toBe(false);
    expect(stringOf(routeAddress(1, 1))).toBe("sip.example.com");
    expect(routeSetting(1, 1, KEY_RETRY_COUNTS)).toBe(7);
    expect(routeSetting(1, 1, KEY_PORT)).toBe(0);
  });

  it("is the server's where the proxy of the slot has no address", () => {
    read(
      SERVER +
        PROXY +
        "account.1.outbound_proxy.2.retry_counts = 9\naccount.1.sip_server.2.retry_counts = 5\n",
    );
    expect(usesProxy(1, 1)).toBe(true);
    expect(usesProxy(1, 2)).toBe(false);
    expect(routeSetting(1, 2, KEY_RETRY_COUNTS)).toBe(5);
  });

  it("goes by the proxy's own values, -1 taking the server's", () => {
    read(
      SERVER +
        PROXY +
        "account.1.outbound_proxy.1.failback_mode = 0\naccount.1.outbound_proxy.1.port = 5070\n",
    );
    expect(stringOf(routeAddress(1, 1))).toBe("proxy.example.com");
    expect(routeSetting(1, 1, KEY_RETRY_COUNTS)).toBe(7, "inherited");
    expect(routeSetting(1, 1, KEY_INVITE_RETRY_COUNTS)).toBe(3, "the server's default");
    expect(routeSetting(1, 1, KEY_FAILBACK_MODE)).toBe(0, "its own");
    expect(routeSetting(1, 1, KEY_PORT)).toBe(5070, "its own");
    expect(routeSetting(1, 1, KEY_TRANSPORT_TYPE)).toBe(1, "the server's, always");
    expect(routeSetting(1, 1, KEY_EXPIRES)).toBe(120, "the server's, always");
  });

  it("takes the proxy's default port, not the server's", () => {
    read(SERVER + PROXY);
    expect(serverSetting(1, 1, KEY_PORT)).toBe(0);
    expect(routeSetting(1, 1, KEY_PORT)).toBe(5060);
  });

  it("takes the server's value where the proxy's is out of range", () => {
    read(SERVER + PROXY + "account.1.outbound_proxy.1.retry_counts = 21\n");
    expect(errors()).toBe(1);
    expect(routeSetting(1, 1, KEY_RETRY_COUNTS)).toBe(7);
  });

  it("inherits a timeout that was read as 60", () => {
    read(PROXY + "account.1.sip_server.1.failback_timeout = 5\n");
    expect(routeSetting(1, 1, KEY_FAILBACK_TIMEOUT)).toBe(60);
  });
});

describe("the name for authentication", () => {
  it("is auth_name, or user_name where that is empty", () => {
    read("account.1.user_name = alice\naccount.2.user_name = bob\naccount.2.auth_name = b-17\n");
    expect(stringOf(authName(1))).toBe("alice");
    expect(stringOf(authName(2))).toBe("b-17");
    expect(spanLength(authName(3))).toBe(0);
    read("account.1.user_name = alice\naccount.1.auth_name = %EMPTY%\n");
    expect(stringOf(authName(1))).toBe("alice");
  });
});

/** An account with every text, `length` characters each. */
function account(number: i32, length: i32): string {
  const fill = "x".repeat(length);
  const head = `account.${number}.`;
  return (
    `${head}enable=1\n${head}label=${fill}\n${head}display_name=${fill}\n${head}auth_name=${fill}\n` +
    `${head}user_name=${fill}\n${head}password=${fill}\n${head}blf.blf_list_uri=${fill}\n` +
    `${head}sip_server.1.address=a${number}.example\n${head}sip_server.2.address=b.${"a".repeat(60)}.example\n` +
    `${head}outbound_proxy_enable=1\n` +
    `${head}outbound_proxy.1.address=c.${"a".repeat(60)}.example\n${head}outbound_proxy.2.address=d.example\n`
  );
}

describe("the pool of texts", () => {
  it("holds 16 accounts with all texts at their longest", () => {
    let text = "";
    for (let i = 1; i <= 16; i++) text += account(i, 99);
    check(text);
    expect(summaries()).toBe("");
    for (let i = 1; i <= 16; i++) {
      expect(spanLength(accountText(i, KEY_DISPLAY_NAME))).toBe(99);
      expect(spanLength(accountText(i, KEY_PASSWORD))).toBe(99);
      expect(stringOf(serverText(i, 1, KEY_ADDRESS))).toBe(`a${i}.example`);
      expect(stringOf(proxyText(i, 2, KEY_ADDRESS))).toBe("d.example");
    }
  });

  it("gives back what is overwritten or erased", () => {
    let text = "";
    for (let line = 0; line < 3000; line++) text += `account.1.label = ${"y".repeat(99)}\n`;
    read(text);
    expect(errors()).toBe(0);
    expect(spanLength(accountText(1, KEY_LABEL))).toBe(99);
  });

  it("when full, is an error at the key, whose value is empty", () => {
    let text = "";
    for (let i = 1; i <= 16; i++) text += account(i, 99);
    for (let i = 1; i <= 12; i++) {
      const name =
        "n".repeat(60) + "." + "n".repeat(60) + "." + "n".repeat(60) + "." + "n".repeat(60) + ".example";
      for (let a = 1; a <= 8; a++) {
        const head = `account.${a}.dns_cache_srv.${i}.`;
        text += `${head}name = ${name}\n${head}target = ${name}\n`;
      }
    }
    read(text + "account.1.user_name = " + "z".repeat(99) + "\n");
    expect(told.length).toBeGreaterThan(0);
    let full = 0;
    for (let i = 0; i < told.length; i++) {
      if (told[i].code != DIAGNOSTIC_TEXTS_FULL) continue;
      full++;
      expect(told[i].level).toBe(0);
      expect(told[i].line).toBeGreaterThan(100);
      expect(told[i].key.length).toBeGreaterThan(0);
    }
    expect(full).toBeGreaterThan(0);
    expect(errors()).toBe(full);
    expect(stringOf(accountText(1, KEY_USER_NAME))).toBe("z".repeat(99), "its old cells were free again");
  });
});
