import { Writer } from "../../../assembly/bytes/writer";
import {
  DIAGNOSTIC_FAILBACK_TIMEOUT_RAISED,
  DIAGNOSTIC_NOT_A_NUMBER,
  DIAGNOSTIC_OUT_OF_RANGE,
} from "../../../assembly/contract/constants";
import {
  KeyName,
  keyAt,
  keyCount,
  keyOf,
  writeInitial,
  writeName,
  writeRange,
} from "../../../assembly/config/keys";
import { findRecord, recordSetting, recordText } from "../../../assembly/config/records";
import {
  accountSetting,
  accountText,
  globalSetting,
  globalText,
  proxySetting,
  proxyText,
  serverSetting,
  serverText,
} from "../../../assembly/config/settings";
import * as K from "../../../assembly/config/table";
import { TABLE, TABLE_SIZE } from "../../../assembly/config/table";
import { read, reset, stringOf, summaries, told } from "./fixture";

/* Written down from parameters.md, apart from the table that is under test. */

const MOST: i64 = 2147483647;

class Row {
  constructor(
    public name: string,
    public key: i32,
    public section: i32,
    public minimum: i64,
    public maximum: i64,
    public initial: i64,
  ) {}
}

const numbers: Row[] = [];
const texts: Row[] = [];

function number(name: string, key: i32, section: i32, minimum: i64, maximum: i64, initial: i64): void {
  numbers.push(new Row(name, key, section, minimum, maximum, initial));
}

/** `maximum` 0: an address. */
function text(name: string, key: i32, section: i32, maximum: i64): void {
  texts.push(new Row(name, key, section, 0, maximum, 0));
}

const SERVER = "account.X.sip_server.Y.";
const PROXY = "account.X.outbound_proxy.Y.";

number(SERVER + "retry_counts", K.KEY_RETRY_COUNTS, 1, 0, 20, 3);
number(SERVER + "invite_retry_counts", K.KEY_INVITE_RETRY_COUNTS, 1, 1, 10, 3);
number(SERVER + "failback_mode", K.KEY_FAILBACK_MODE, 1, 0, 3, 0);
number(SERVER + "failback_timeout", K.KEY_FAILBACK_TIMEOUT, 1, 0, 65535, 3600);
number(SERVER + "failback_subscribe.enable", K.KEY_FAILBACK_SUBSCRIBE, 1, 0, 1, 0);
number(SERVER + "register_on_enable", K.KEY_REGISTER_ON, 1, 0, 1, 0);
number(SERVER + "only_signal_with_registered", K.KEY_ONLY_SIGNAL_WITH_REGISTERED, 1, 0, 1, 0);
number(PROXY + "register_on_enable", K.KEY_REGISTER_ON, 1, -1, 1, -1);
number(PROXY + "retry_counts", K.KEY_RETRY_COUNTS, 1, -1, 20, -1);
number(PROXY + "invite_retry_counts", K.KEY_INVITE_RETRY_COUNTS, 1, -1, 10, -1);
number(PROXY + "only_signal_with_registered", K.KEY_ONLY_SIGNAL_WITH_REGISTERED, 1, -1, 1, -1);
number(PROXY + "failback_mode", K.KEY_FAILBACK_MODE, 1, -1, 3, -1);
number(PROXY + "failback_timeout", K.KEY_FAILBACK_TIMEOUT, 1, -1, 65535, -1);
number(PROXY + "failback_subscribe.enable", K.KEY_FAILBACK_SUBSCRIBE, 1, -1, 1, -1);
number("sip.skip_redundant_failover_addr", K.KEY_SKIP_REDUNDANT_FAILOVER_ADDR, 1, 0, 1, 1);
number("account.X.redundancy_with_reg_fail.enable", K.KEY_REDUNDANCY_WITH_REG_FAIL, 1, 0, 1, 0);

number("account.X.fallback.redundancy_type", K.KEY_FALLBACK_REDUNDANCY_TYPE, 2, 0, 1, 0);
number("account.X.fallback.timeout", K.KEY_FALLBACK_TIMEOUT, 2, 10, MOST, 120);
number(
  "account.X.outbound_proxy_fallback_interval",
  K.KEY_OUTBOUND_PROXY_FALLBACK_INTERVAL,
  2,
  0,
  65535,
  3600,
);

text(SERVER + "address", K.KEY_ADDRESS, 3, 256);
number(SERVER + "port", K.KEY_PORT, 3, 0, 65535, 5060);
number(SERVER + "transport_type", K.KEY_TRANSPORT_TYPE, 3, 0, 3, 0);
number(SERVER + "expires", K.KEY_EXPIRES, 3, 30, MOST, 3600);
number("account.X.outbound_proxy_enable", K.KEY_OUTBOUND_PROXY_ENABLE, 3, 0, 1, 0);
text(PROXY + "address", K.KEY_ADDRESS, 3, 256);
number(PROXY + "port", K.KEY_PORT, 3, 0, 65535, 5060);
number("account.X.naptr_build", K.KEY_NAPTR_BUILD, 3, 0, 1, 0);
number("account.X.dns_cache_type", K.KEY_DNS_CACHE_TYPE, 3, 0, 2, 1);
number("account.X.static_cache_pri", K.KEY_STATIC_CACHE_PRI, 3, 0, 1, 0);
for (let spelling = 0; spelling < 2; spelling++) {
  const before = spelling == 0 ? "dns_cache_" : "account.X.dns_cache_";
  text(before + "naptr.N.name", K.KEY_NAPTR_NAME, 3, 256);
  number(before + "naptr.N.order", K.KEY_NAPTR_ORDER, 3, 0, 65535, 0);
  number(before + "naptr.N.preference", K.KEY_NAPTR_PREFERENCE, 3, 0, 65535, 0);
  text(before + "naptr.N.flags", K.KEY_NAPTR_FLAGS, 3, 255);
  text(before + "naptr.N.service", K.KEY_NAPTR_SERVICE, 3, 255);
  text(before + "naptr.N.replace", K.KEY_NAPTR_REPLACE, 3, 256);
  number(before + "naptr.N.ttl", K.KEY_NAPTR_TTL, 3, 0, MOST, 300);
  text(before + "srv.N.name", K.KEY_SRV_NAME, 3, 256);
  number(before + "srv.N.port", K.KEY_SRV_PORT, 3, 0, 65535, 0);
  number(before + "srv.N.priority", K.KEY_SRV_PRIORITY, 3, 0, 65535, 0);
  number(before + "srv.N.weight", K.KEY_SRV_WEIGHT, 3, 0, 65535, 0);
  text(before + "srv.N.target", K.KEY_SRV_TARGET, 3, 256);
  number(before + "srv.N.ttl", K.KEY_SRV_TTL, 3, 0, MOST, 300);
  text(before + "a.N.name", K.KEY_A_NAME, 3, 256);
  text(before + "a.N.ip", K.KEY_A_IP, 3, 0);
  number(before + "a.N.ttl", K.KEY_A_TTL, 3, 0, MOST, 300);
}
number("static.network.dns.query_timeout", K.KEY_DNS_QUERY_TIMEOUT, 3, 0, 65535, 3);
number("static.network.dns.retry_times", K.KEY_DNS_RETRY_TIMES, 3, 0, 65535, 2);
number("static.network.dns.ttl_enable", K.KEY_DNS_TTL_ENABLE, 3, 0, 1, 1);
number("static.network.dns.last_cache_expired.enable", K.KEY_DNS_LAST_CACHE_EXPIRED_ENABLE, 3, 0, 1, 0);
number("static.network.dns.last_cache_expired", K.KEY_DNS_LAST_CACHE_EXPIRED, 3, 0, 65535, 0);
number("static.network.ip_address_mode", K.KEY_IP_ADDRESS_MODE, 3, 0, 2, 0);
text("static.network.primary_dns", K.KEY_PRIMARY_DNS, 3, 0);
text("static.network.secondary_dns", K.KEY_SECONDARY_DNS, 3, 0);
number("sip.dns_transport_type", K.KEY_DNS_TRANSPORT_TYPE, 3, 0, 1, 0);

number("account.X.enable", K.KEY_ENABLE, 4, 0, 1, 0);
text("account.X.label", K.KEY_LABEL, 4, 99);
text("account.X.display_name", K.KEY_DISPLAY_NAME, 4, 99);
text("account.X.auth_name", K.KEY_AUTH_NAME, 4, 99);
text("account.X.user_name", K.KEY_USER_NAME, 4, 99);
text("account.X.password", K.KEY_PASSWORD, 4, 99);
number("account.X.reg_fail_retry_interval", K.KEY_REG_FAIL_RETRY_INTERVAL, 4, 0, 1800, 30);
number("account.X.reg_failed_retry_min_time", K.KEY_REG_FAILED_RETRY_MIN_TIME, 4, 0, 65535, 0);
number("account.X.reg_failed_retry_max_time", K.KEY_REG_FAILED_RETRY_MAX_TIME, 4, 0, 65535, 60);
number("account.X.register_expires_overlap", K.KEY_REGISTER_EXPIRES_OVERLAP, 4, -1, MOST, -1);
number("account.X.subscribe_expires_overlap", K.KEY_SUBSCRIBE_EXPIRES_OVERLAP, 4, -1, MOST, -1);
number("sip.reg_surge_prevention", K.KEY_REG_SURGE_PREVENTION, 4, 0, 60, 0);
number("account.X.unregister_on_reboot", K.KEY_UNREGISTER_ON_REBOOT, 4, 0, 1, 0);
number("account.X.subscribe_mwi", K.KEY_SUBSCRIBE_MWI, 4, 0, 1, 0);
number("account.X.subscribe_mwi_expires", K.KEY_SUBSCRIBE_MWI_EXPIRES, 4, 0, 84600, 3600);
text("account.X.blf.blf_list_uri", K.KEY_BLF_LIST_URI, 4, 256);
number("account.X.blf.subscribe_period", K.KEY_BLF_SUBSCRIBE_PERIOD, 4, 30, MOST, 1800);
number("account.X.blf.subscribe_event", K.KEY_BLF_SUBSCRIBE_EVENT, 4, 0, 1, 0);
number("account.X.sub_fail_retry_interval", K.KEY_SUB_FAIL_RETRY_INTERVAL, 4, 0, 3600, 30);
number("account.X.nat.udp_update_enable", K.KEY_UDP_UPDATE_ENABLE, 4, 0, 3, 1);
number("account.X.nat.udp_update_time", K.KEY_UDP_UPDATE_TIME, 4, 15, MOST, 30);
number("sip.probe_max_lost", K.KEY_PROBE_MAX_LOST, 4, 0, 10, 0);
number("sip.probe_interval", K.KEY_PROBE_INTERVAL, 4, 0, 3600, 0);
number("sip.failback_surge_prevention", K.KEY_FAILBACK_SURGE_PREVENTION, 4, 0, 60, 0);
text("sip.tls_ca", K.KEY_TLS_CA, 4, 256);
text("sip.tls_cert", K.KEY_TLS_CERT, 4, 256);
text("sip.tls_key", K.KEY_TLS_KEY, 4, 256);
number("sip.tls_verify", K.KEY_TLS_VERIFY, 4, 0, 1, 1);
number("account.X.session_timer.enable", K.KEY_SESSION_TIMER_ENABLE, 4, 0, 1, 0);
number("account.X.session_timer.expires", K.KEY_SESSION_TIMER_EXPIRES, 4, 90, 7200, 1800);
number("account.X.session_timer.refresher", K.KEY_SESSION_TIMER_REFRESHER, 4, 0, 1, 0);
number("account.X.nat.rport", K.KEY_NAT_RPORT, 4, 0, 1, 0);
number("account.X.sip_trust_ctrl", K.KEY_SIP_TRUST_CTRL, 4, 0, 1, 0);
number("sip.listen_port", K.KEY_LISTEN_PORT, 4, 0, 65535, 5060);
number("sip.tls_listen_port", K.KEY_TLS_LISTEN_PORT, 4, 0, 65535, 5061);
number("sip.timer_t1", K.KEY_TIMER_T1, 4, 500, 10000, 500);
number("sip.timer_t2", K.KEY_TIMER_T2, 4, 2000, 40000, 4000);
number("sip.timer_t4", K.KEY_TIMER_T4, 4, 2500, 60000, 5000);
number("sip.use_out_bound_in_dialog", K.KEY_USE_OUT_BOUND_IN_DIALOG, 4, 0, 1, 1);

/** The name for account 16, slot 2, record 12: the last there are. */
function lastName(row: Row): string {
  return row.name.replace(".X.", ".16.").replace(".Y.", ".2.").replace(".N.", ".12.");
}

function isTimer(row: Row): bool {
  return row.name.startsWith("sip.timer_");
}

/** A number as the file has it. */
function written(row: Row, value: i64): string {
  if (!isTimer(row)) return value.toString();
  let decimals = (1000 + (value % 1000)).toString().substring(1);
  while (decimals.endsWith("0")) decimals = decimals.substring(0, decimals.length - 1);
  return (value / 1000).toString() + (decimals.length > 0 ? "." + decimals : "");
}

/** What the core holds for the last name of a number. */
function held(row: Row): i64 {
  const key = row.key;
  if (key >= K.FIRST_RECORD_KEY) {
    const record = findRecord(row.name.startsWith("account.") ? 16 : 0, 12, key, false);
    return record == null ? row.initial : recordSetting(record, key);
  }
  if (key >= K.FIRST_GLOBAL_KEY) return globalSetting(key);
  if (key >= K.FIRST_ACCOUNT_KEY) return accountSetting(16, key);
  return row.name.startsWith(PROXY) ? proxySetting(16, 2, key) : serverSetting(16, 2, key);
}

function expectRefused(row: Row, value: string, code: i32): void {
  read(`${lastName(row)} = ${value}\n`);
  expect(told.length).toBe(1, `${row.name} = ${value}`);
  const one = told[0];
  expect(one.code).toBe(code, `${row.name} = ${value}`);
  expect(one.key).toBe(lastName(row));
  expect(one.detail.split("\n")[0]).toBe(value);
  expect(one.line).toBe(2);
  expect(one.column).toBe(lastName(row).length + 4);
  expect(held(row)).toBe(row.initial, `${row.name} keeps its default`);
}

function expectTaken(row: Row, value: i64): void {
  read(`${lastName(row)} = ${written(row, value)}\n`);
  expect(summaries()).toBe("", row.name);
  expect(held(row)).toBe(value, row.name);
}

const writer = changetype<Writer>(memory.data(offsetof<Writer>()));
const block = memory.data(256);
const name = changetype<KeyName>(memory.data(offsetof<KeyName>()));

describe("the table of keys", () => {
  it("fits into the room that it is read into", () => {
    expect(TABLE.length).toBeLessThanOrEqual(TABLE_SIZE);
  });

  it("names exactly the keys of parameters.md, each with its section, range and default", () => {
    reset();
    const listed = new Map<string, Row>();
    for (let i = 0; i < numbers.length; i++) listed.set(numbers[i].name, numbers[i]);
    for (let i = 0; i < texts.length; i++) listed.set(texts[i].name, texts[i]);
    expect(keyCount()).toBe(listed.size);
    for (let i = 0; i < keyCount(); i++) {
      expect(keyAt(i, name)).toBe(true);
      writer.begin(block, 256);
      writeName(writer, name.scope, name.key, 0, 0);
      const text = stringOf(writer.written());
      expect(listed.has(text)).toBe(true, text);
      const row = listed.get(text);
      listed.delete(text);
      expect(name.key).toBe(row.key, text);
      expect(keyOf(name.key).section as i32).toBe(row.section, text);
      if (keyOf(name.key).isText && row.maximum > 0)
        expect(keyOf(name.key).maximum).toBe(row.maximum as i32, text);
      writer.begin(block, 256);
      writeInitial(writer, name.storage, name.key);
      expect(stringOf(writer.written())).toBe(keyOf(name.key).isText ? "" : written(row, row.initial), text);
    }
    expect(listed.size).toBe(0);
    expect(keyAt(keyCount(), name)).toBe(false);
  });

  it("writes ranges as parameters.md does", () => {
    const wanted = new Map<string, string>();
    wanted.set("account.X.sip_server.Y.retry_counts", "0..20");
    wanted.set("account.X.outbound_proxy.Y.retry_counts", "-1, 0..20");
    wanted.set("account.X.sip_server.Y.failback_timeout", "0, 60..65535");
    wanted.set("account.X.outbound_proxy.Y.failback_timeout", "-1, 0, 60..65535");
    wanted.set("account.X.register_expires_overlap", "-1, 1..");
    wanted.set("account.X.fallback.timeout", "10..");
    wanted.set("sip.timer_t1", "0.5..10");
    wanted.set("sip.timer_t4", "2.5..60");
    reset();
    for (let i = 0; i < keyCount(); i++) {
      keyAt(i, name);
      writer.begin(block, 256);
      writeName(writer, name.scope, name.key, 0, 0);
      const text = stringOf(writer.written());
      if (!wanted.has(text)) continue;
      writer.begin(block, 256);
      writeRange(writer, name.storage, name.key);
      expect(stringOf(writer.written())).toBe(wanted.get(text), text);
      wanted.delete(text);
    }
    expect(wanted.size).toBe(0);
  });
});

describe("every number", () => {
  it("has its default while no file sets it", () => {
    reset();
    for (let i = 0; i < numbers.length; i++)
      expect(held(numbers[i])).toBe(numbers[i].initial, numbers[i].name);
  });

  it("takes its lowest and highest value", () => {
    for (let i = 0; i < numbers.length; i++) {
      expectTaken(numbers[i], numbers[i].minimum);
      expectTaken(numbers[i], numbers[i].maximum);
    }
  });

  it("refuses what lies below and above, and keeps its default", () => {
    for (let i = 0; i < numbers.length; i++) {
      const row = numbers[i];
      expectRefused(row, written(row, row.minimum - 1), DIAGNOSTIC_OUT_OF_RANGE);
      expectRefused(row, written(row, row.maximum + 1), DIAGNOSTIC_OUT_OF_RANGE);
      expectRefused(row, "99999999999999999999", DIAGNOSTIC_OUT_OF_RANGE);
    }
  });

  it("refuses what is not a number", () => {
    for (let i = 0; i < numbers.length; i++) {
      expectRefused(numbers[i], "yes", DIAGNOSTIC_NOT_A_NUMBER);
      expectRefused(numbers[i], "1x", DIAGNOSTIC_NOT_A_NUMBER);
      expectRefused(numbers[i], "-", DIAGNOSTIC_NOT_A_NUMBER);
      expectRefused(numbers[i], "+1", DIAGNOSTIC_NOT_A_NUMBER);
      expectRefused(numbers[i], isTimer(numbers[i]) ? "1.2345" : "1.5", DIAGNOSTIC_NOT_A_NUMBER);
    }
  });

  it("takes -1 only where it inherits or means the rule of the table", () => {
    for (let i = 0; i < numbers.length; i++) {
      if (numbers[i].minimum == -1) expectTaken(numbers[i], -1);
      else expectRefused(numbers[i], "-1", DIAGNOSTIC_OUT_OF_RANGE);
    }
  });

  it("refuses what lies between -1 and its own range", () => {
    for (let i = 0; i < numbers.length; i++) {
      const row = numbers[i];
      if (row.name.endsWith("_overlap")) expectRefused(row, "0", DIAGNOSTIC_OUT_OF_RANGE);
      if (row.name == PROXY + "invite_retry_counts") expectRefused(row, "0", DIAGNOSTIC_OUT_OF_RANGE);
    }
  });
});

describe("failback_timeout", () => {
  it("reads 1..59 as 60 and says so", () => {
    for (let i = 0; i < numbers.length; i++) {
      const row = numbers[i];
      if (!row.name.endsWith("failback_timeout")) continue;
      for (let value = 1; value < 60; value += 29) {
        read(`${lastName(row)} = ${value}`);
        expect(told[0].code).toBe(DIAGNOSTIC_FAILBACK_TIMEOUT_RAISED);
        expect(told[0].detail).toBe(value.toString());
        expect(held(row)).toBe(60);
      }
      expectTaken(row, 60);
      expectTaken(row, 0);
    }
  });
});

describe("every text", () => {
  it("is empty while no file sets it, and holds what a file gives", () => {
    for (let i = 0; i < texts.length; i++) {
      const row = texts[i];
      reset();
      expect(heldText(row)).toBe("", row.name);
      const value = row.maximum == 0 ? "2001:db8::1" : "sip.example.com";
      read(`${lastName(row)}\t=  ${value} \r\n`);
      expect(summaries()).toBe("", row.name);
      expect(heldText(row)).toBe(value, row.name);
    }
  });

  it("takes its longest value and refuses a longer one without quoting it", () => {
    for (let i = 0; i < texts.length; i++) {
      const row = texts[i];
      if (row.maximum == 0) continue;
      const longest = "abcdefg.".repeat(40).substring(0, (row.maximum as i32) - 1) + "z";
      read(`${lastName(row)} = ${longest}`);
      expect(summaries()).toBe("", row.name);
      expect(heldText(row)).toBe(longest, row.name);
      read(`${lastName(row)} = ${longest}z`);
      const column = lastName(row).length + 4;
      expect(summaries()).toBe(
        `9 ${lastName(row)} ${row.maximum + 1};${row.maximum} 0:2:${column}`,
        row.name,
      );
      expect(heldText(row)).toBe("", row.name);
    }
  });
});

function heldText(row: Row): string {
  return stringOf(heldSpan(row));
}

function heldSpan(row: Row): u64 {
  const key = row.key;
  if (key >= K.FIRST_RECORD_KEY) {
    const record = findRecord(row.name.startsWith("account.") ? 16 : 0, 12, key, false);
    return record == null ? 0 : recordText(record, key);
  }
  if (key >= K.FIRST_GLOBAL_KEY) return globalText(key);
  if (key >= K.FIRST_ACCOUNT_KEY) return accountText(16, key);
  return row.name.startsWith(PROXY) ? proxyText(16, 2, key) : serverText(16, 2, key);
}
