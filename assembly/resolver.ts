import { parseAddress } from "./bytes/address";
import { Endpoint } from "./bytes/endpoint";
import { Span } from "./bytes/span";
import {
  StaticRecord,
  recordAddress,
  recordServes,
  recordSetting,
  recordText,
  staticRecord,
} from "./config/records";
import { globalSetting, globalText } from "./config/settings";
import {
  KEY_A_NAME,
  KEY_A_TTL,
  KEY_DNS_LAST_CACHE_EXPIRED,
  KEY_DNS_LAST_CACHE_EXPIRED_ENABLE,
  KEY_DNS_QUERY_TIMEOUT,
  KEY_DNS_RETRY_TIMES,
  KEY_DNS_TRANSPORT_TYPE,
  KEY_DNS_TTL_ENABLE,
  KEY_NAPTR_FLAGS,
  KEY_NAPTR_NAME,
  KEY_NAPTR_ORDER,
  KEY_NAPTR_PREFERENCE,
  KEY_NAPTR_REPLACE,
  KEY_NAPTR_SERVICE,
  KEY_NAPTR_TTL,
  KEY_PRIMARY_DNS,
  KEY_SECONDARY_DNS,
  KEY_SRV_NAME,
  KEY_SRV_PORT,
  KEY_SRV_PRIORITY,
  KEY_SRV_TARGET,
  KEY_SRV_TTL,
  KEY_SRV_WEIGHT,
} from "./config/table";
import { DNS_TYPE_NAPTR, DNS_TYPE_SRV } from "./contract/constants";
import { DnsRecord } from "./dns/records";
import { addDnsServer } from "./dns/servers";
import { configureDns } from "./dns/settings";
import { addStaticAddress, addStaticNaptr, addStaticSrv } from "./dns/statics";
import { MAX_STATIC_RECORDS } from "./limits";
import { SECOND } from "./time/clock";

/*
 * What the settings say to the DNS room, which does not know them: whom it asks, how, and what it knows without
 * asking (L8).
 */

const server = changetype<Endpoint>(memory.data(offsetof<Endpoint>(), 4));
const address = memory.data(16, 4);

/** The DNS servers that the files name. */
export function addConfiguredServers(): void {
  addServer(globalText(KEY_PRIMARY_DNS));
  addServer(globalText(KEY_SECONDARY_DNS));
}

function addServer(text: Span): void {
  server.clear();
  const family = parseAddress(text, server.address);
  if (family == 0) return;
  server.family = family as u8;
  addDnsServer(server);
}

export function configureResolver(): void {
  configureDns(
    (globalSetting(KEY_DNS_QUERY_TIMEOUT) as i64) * SECOND,
    globalSetting(KEY_DNS_RETRY_TIMES),
    globalSetting(KEY_DNS_TTL_ENABLE) != 0,
    globalSetting(KEY_DNS_LAST_CACHE_EXPIRED_ENABLE) != 0,
    (globalSetting(KEY_DNS_LAST_CACHE_EXPIRED) as i64) * SECOND,
    globalSetting(KEY_DNS_TRANSPORT_TYPE),
  );
}

/** L8: the records that the files hold. */
export function addStaticRecords(): void {
  for (let place = 0; place < MAX_STATIC_RECORDS; place++) {
    const record = staticRecord(place);
    if (recordServes(record)) addStaticRecord(record);
  }
}

function addStaticRecord(record: StaticRecord): void {
  if (record.kind == DNS_TYPE_NAPTR) {
    const added = addStaticNaptr(
      record.account,
      recordText(record, KEY_NAPTR_NAME),
      recordText(record, KEY_NAPTR_FLAGS),
      recordText(record, KEY_NAPTR_SERVICE),
      recordText(record, KEY_NAPTR_REPLACE),
      recordSetting(record, KEY_NAPTR_TTL),
    );
    if (added != null) setNumbers(added, record, KEY_NAPTR_ORDER, KEY_NAPTR_PREFERENCE);
  } else if (record.kind == DNS_TYPE_SRV) {
    const added = addStaticSrv(
      record.account,
      recordText(record, KEY_SRV_NAME),
      recordText(record, KEY_SRV_TARGET),
      recordSetting(record, KEY_SRV_TTL),
    );
    if (added == null) return;
    setNumbers(added, record, KEY_SRV_PRIORITY, KEY_SRV_WEIGHT);
    added.port = recordSetting(record, KEY_SRV_PORT) as u16;
  } else {
    const family = recordAddress(record, address);
    const ttl = recordSetting(record, KEY_A_TTL);
    addStaticAddress(record.account, recordText(record, KEY_A_NAME), family, address, ttl);
  }
}

function setNumbers(to: DnsRecord, from: StaticRecord, major: i32, minor: i32): void {
  to.major = recordSetting(from, major) as u16;
  to.minor = recordSetting(from, minor) as u16;
}
