import * as D from "../../../assembly/contract/constants";
import {
  findRecord,
  recordAddress,
  recordServes,
  recordSetting,
  recordText,
  staticRecord,
} from "../../../assembly/config/records";
import {
  KEY_A_IP,
  KEY_A_NAME,
  KEY_A_TTL,
  KEY_NAPTR_FLAGS,
  KEY_NAPTR_NAME,
  KEY_NAPTR_ORDER,
  KEY_NAPTR_PREFERENCE,
  KEY_NAPTR_REPLACE,
  KEY_NAPTR_SERVICE,
  KEY_NAPTR_TTL,
  KEY_SRV_NAME,
  KEY_SRV_PORT,
  KEY_SRV_PRIORITY,
  KEY_SRV_TARGET,
  KEY_SRV_TTL,
  KEY_SRV_WEIGHT,
} from "../../../assembly/config/table";
import { MAX_STATIC_RECORDS } from "../../../assembly/limits";
import { count, errors, read, reset, stringOf, summaries, told } from "./fixture";

const RECORDS = `
dns_cache_naptr.1.name = example.com
dns_cache_naptr.1.order = 10
dns_cache_naptr.1.preference = 20
dns_cache_naptr.1.flags = s
dns_cache_naptr.1.service = SIP+D2U
dns_cache_naptr.1.replace = _sip._udp.example.com
dns_cache_naptr.1.ttl = 60
account.2.dns_cache_srv.3.name = _sip._udp.example.com
account.2.dns_cache_srv.3.port = 5070
account.2.dns_cache_srv.3.priority = 1
account.2.dns_cache_srv.3.weight = 65535
account.2.dns_cache_srv.3.target = sip.example.com
dns_cache_a.12.ip = 2001:db8::7
dns_cache_a.12.name = sip.example.com
dns_cache_a.1.name = sip.example.com
dns_cache_a.1.ip = 192.0.2.7
dns_cache_a.1.ttl = 0
dns_cache_a.2.name = incomplete.example.com
`;

const address = memory.data(16);

describe("static records", () => {
  beforeEach(reset);

  it("are none at first", () => {
    for (let place = 0; place < MAX_STATIC_RECORDS; place++)
      expect(recordServes(staticRecord(place))).toBe(false);
  });

  it("are listed with all their parts in the order of the file", () => {
    read(RECORDS);
    expect(summaries()).toBe("");
    const naptr = staticRecord(0);
    expect(naptr.kind as i32).toBe(D.DNS_TYPE_NAPTR);
    expect(naptr.account as i32).toBe(0);
    expect(recordServes(naptr)).toBe(true);
    expect(stringOf(recordText(naptr, KEY_NAPTR_NAME))).toBe("example.com");
    expect(recordSetting(naptr, KEY_NAPTR_ORDER)).toBe(10);
    expect(recordSetting(naptr, KEY_NAPTR_PREFERENCE)).toBe(20);
    expect(stringOf(recordText(naptr, KEY_NAPTR_FLAGS))).toBe("s");
    expect(stringOf(recordText(naptr, KEY_NAPTR_SERVICE))).toBe("SIP+D2U");
    expect(stringOf(recordText(naptr, KEY_NAPTR_REPLACE))).toBe("_sip._udp.example.com");
    expect(recordSetting(naptr, KEY_NAPTR_TTL)).toBe(60);

    const srv = staticRecord(1);
    expect(srv.kind as i32).toBe(D.DNS_TYPE_SRV);
    expect(srv.account as i32).toBe(2);
    expect(srv.index as i32).toBe(3);
    expect(recordServes(srv)).toBe(true);
    expect(stringOf(recordText(srv, KEY_SRV_NAME))).toBe("_sip._udp.example.com");
    expect(recordSetting(srv, KEY_SRV_PORT)).toBe(5070);
    expect(recordSetting(srv, KEY_SRV_PRIORITY)).toBe(1);
    expect(recordSetting(srv, KEY_SRV_WEIGHT)).toBe(65535);
    expect(stringOf(recordText(srv, KEY_SRV_TARGET))).toBe("sip.example.com");
    expect(recordSetting(srv, KEY_SRV_TTL)).toBe(300);

    const six = staticRecord(2);
    expect(six.kind as i32).toBe(D.DNS_TYPE_A);
    expect(recordAddress(six, address)).toBe(6);
    expect(load<u8>(address, 15) as i32).toBe(7);
    expect(recordSetting(six, KEY_A_TTL)).toBe(300);

    const four = staticRecord(3);
    expect(recordAddress(four, address)).toBe(4);
    expect(load<u8>(address, 3) as i32).toBe(7);
    expect(recordSetting(four, KEY_A_TTL)).toBe(0);
    expect(stringOf(recordText(four, KEY_A_NAME))).toBe("sip.example.com");

    expect(recordServes(staticRecord(4))).toBe(false, "incomplete");
    expect(recordAddress(staticRecord(4), address)).toBe(0);
    expect(staticRecord(5).kind as i32).toBe(0);
  });

  it("of the phone and of each account are apart", () => {
    read(
      "dns_cache_a.1.ip = 192.0.2.1\naccount.1.dns_cache_a.1.ip = 192.0.2.2\naccount.2.dns_cache_a.1.ip = 192.0.2.3\n",
    );
    for (let account = 0; account < 3; account++) {
      const record = findRecord(account, 1, KEY_A_IP, false)!;
      expect(stringOf(recordText(record, KEY_A_IP))).toBe(`192.0.2.${account + 1}`);
    }
    expect(findRecord(3, 1, KEY_A_IP, false)).toBeNull();
  });

  it("take no place for a blank line", () => {
    read("dns_cache_a.1.ip =\ndns_cache_a.2.ip = %NULL%\ndns_cache_a.3.ip = 192.0.2.3\n");
    expect(staticRecord(0).index as i32).toBe(3);
    expect(staticRecord(1).kind as i32).toBe(0);
  });

  it("refuse what is wrong", () => {
    read("dns_cache_a.1.ip = sip.example.com\ndns_cache_srv.1.port = 65536\ndns_cache_srv.1.name = a b\n");
    expect(summaries()).toBe(
      `${D.DIAGNOSTIC_BAD_IP_ADDRESS} dns_cache_a.1.ip sip.example.com 0:2:20 | ` +
        `${D.DIAGNOSTIC_OUT_OF_RANGE} dns_cache_srv.1.port 65536;0..65535 0:3:24 | ` +
        `${D.DIAGNOSTIC_BAD_ADDRESS} dns_cache_srv.1.name a b 0:4:24`,
    );
  });

  it("warn of a key assigned twice", () => {
    read("dns_cache_a.1.ip = 192.0.2.1\ndns_cache_a.1.ip = 192.0.2.2\ndns_cache_a.1.ip =\n");
    expect(summaries()).toBe(
      `${D.DIAGNOSTIC_DUPLICATE_KEY} dns_cache_a.1.ip 2 0:3:1 | ${D.DIAGNOSTIC_BLANK_DUPLICATE} dns_cache_a.1.ip 3 0:4:1`,
    );
  });

  it("beyond the pool are an error each, with their line", () => {
    let text = "";
    for (let account = 1; account <= 9; account++) {
      for (let n = 1; n <= 12; n++) text += `account.${account}.dns_cache_a.${n}.ip = 192.0.2.${n}\n`;
    }
    read(text);
    expect(count(D.DIAGNOSTIC_RECORDS_FULL)).toBe(108 - MAX_STATIC_RECORDS);
    expect(told.length).toBe(errors());
    expect(told[0].summary).toBe(`${D.DIAGNOSTIC_RECORDS_FULL} account.9.dns_cache_a.1.ip 0:98:1`);
    expect(stringOf(recordText(staticRecord(MAX_STATIC_RECORDS - 1), KEY_A_IP))).toBe("192.0.2.12");
  });
});
