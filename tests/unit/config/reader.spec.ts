import { spanLength } from "../../../assembly/bytes/span";
import * as D from "../../../assembly/contract/constants";
import {
  accountSetting,
  accountText,
  globalSetting,
  serverSetting,
  serverText,
} from "../../../assembly/config/settings";
import {
  KEY_ADDRESS,
  KEY_ENABLE,
  KEY_LABEL,
  KEY_LISTEN_PORT,
  KEY_REG_FAIL_RETRY_INTERVAL,
  KEY_RETRY_COUNTS,
} from "../../../assembly/config/table";
import {
  HEADER,
  count,
  errors,
  finish,
  read,
  readFile,
  readOctets,
  reset,
  stringOf,
  summaries,
  told,
} from "./fixture";

const ADDRESS = "account.1.sip_server.1.address";
const RETRY = "account.1.sip_server.1.retry_counts";

/** A file given as it is, without a header of the fixture's. */
function raw(text: string): void {
  reset();
  readOctets(0, String.UTF8.encode(text));
}

function address(): string {
  return stringOf(serverText(1, 1, KEY_ADDRESS));
}

describe("the first line", () => {
  it("is #!version:1.0.0.1, with a carriage return or without", () => {
    raw("#!version:1.0.0.1\n");
    expect(summaries()).toBe("");
    raw("#!version:1.0.0.1\r\n");
    expect(summaries()).toBe("");
    raw("#!version:1.0.0.1");
    expect(summaries()).toBe("");
  });

  it("is nothing else", () => {
    const firsts = [
      "",
      "\n",
      "#!version:1.0.0.2\n",
      "#!version:1.0.0.1 \n",
      " #!version:1.0.0.1\n",
      "#!version: 1.0.0.1\n",
      "#!VERSION:1.0.0.1\n",
      "#!version:1.0.0.1\r\r\n",
      "# a phone\n#!version:1.0.0.1\n",
      "\n#!version:1.0.0.1\n",
    ];
    for (let i = 0; i < firsts.length; i++) {
      raw(firsts[i]);
      expect(summaries()).toBe(`${D.DIAGNOSTIC_MISSING_HEADER} 0:1:1`, firsts[i]);
      expect(errors()).toBe(1);
    }
  });

  it("that is missing keeps nothing else from being read", () => {
    raw(`${ADDRESS} = sip.example.com\n${RETRY} = 21\n`);
    expect(count(D.DIAGNOSTIC_MISSING_HEADER)).toBe(1);
    expect(address()).toBe("sip.example.com");
    expect(told[1].summary).toBe(`${D.DIAGNOSTIC_OUT_OF_RANGE} ${RETRY} 21;0..20 0:2:${RETRY.length + 4}`);
  });

  it("after a byte order mark is named as such, and read", () => {
    raw("\uFEFF#!version:1.0.0.1\naccount.1.enable=1\n");
    expect(summaries()).toBe(`${D.DIAGNOSTIC_BYTE_ORDER_MARK} 0:1:1`);
    expect(accountSetting(1, KEY_ENABLE)).toBe(1);
    raw("\uFEFFaccount.1.enable=9\naccount.1.label=x\n");
    expect(summaries()).toBe(
      `${D.DIAGNOSTIC_BYTE_ORDER_MARK} 0:1:1 | ${D.DIAGNOSTIC_MISSING_HEADER} 0:1:1 | ` +
        `${D.DIAGNOSTIC_OUT_OF_RANGE} account.1.enable 9;0..1 0:1:21`,
    );
    raw("\uFEFF");
    expect(count(D.DIAGNOSTIC_BYTE_ORDER_MARK)).toBe(1);
  });

  it("is asked of every file", () => {
    reset();
    readFile(0, "account.1.enable=1\n");
    readOctets(1, String.UTF8.encode("account.1.label=x\n"));
    expect(summaries()).toBe(`${D.DIAGNOSTIC_MISSING_HEADER} 1:1:1`);
  });
});

describe("a line", () => {
  it("may be empty, blank, or a comment", () => {
    read("\n  \t \n\r\n# key = value\n  # indented\n#\n##### =\n");
    expect(summaries()).toBe("");
  });

  it("has blanks round its equals sign or none, and any line end", () => {
    const lines = ["K=V", "K = V", "  K\t=\tV\t ", "K =V\r", "K= V \r"];
    for (let i = 0; i < lines.length; i++) {
      read(lines[i].replace("K", ADDRESS).replace("V", "sip.example.com") + "\n");
      expect(summaries()).toBe("", lines[i]);
      expect(address()).toBe("sip.example.com", lines[i]);
    }
  });

  it("has all of its rest as the value", () => {
    read('account.1.label = a = b # c "d" ;e\n');
    expect(stringOf(accountText(1, KEY_LABEL))).toBe('a = b # c "d" ;e');
  });

  it("counts without a line feed at the end of the file", () => {
    read(`${ADDRESS} = sip.example.com`);
    expect(address()).toBe("sip.example.com");
    read(`${RETRY} = 99`);
    expect(told[0].line).toBe(2);
  });

  it("that is none is an error where it begins, and is not quoted", () => {
    const lines = [
      "account.1.password hunter2",
      "  hunter2",
      "[account]",
      "= 5",
      " = ",
      "account 1 = hunter2",
      "\0",
    ];
    const columns = [1, 3, 1, 1, 2, 1, 1];
    for (let i = 0; i < lines.length; i++) {
      read("\n" + lines[i] + "\n");
      expect(summaries()).toBe(`${D.DIAGNOSTIC_NOT_A_LINE} 0:3:${columns[i]}`, lines[i]);
      expect(told[0].level).toBe(D.LEVEL_ERROR);
    }
  });

  it("of a boot file is an error of its own", () => {
    read('include:config <common.cfg>\n include:config "a=b.cfg"\n');
    expect(summaries()).toBe(
      `${D.DIAGNOSTIC_INCLUDE_IN_CONFIG} 0:2:1 | ${D.DIAGNOSTIC_INCLUDE_IN_CONFIG} 0:3:2`,
    );
  });

  it("of the longest length is read, a longer one of a known key is an error and leaves the default", () => {
    const head = "account.1.label = ";
    read(head + " ".repeat(1024 - head.length - 1) + "x\nsip.listen_port = 5070\n");
    expect(summaries()).toBe("");
    expect(stringOf(accountText(1, KEY_LABEL))).toBe("x");
    read(`account.1.label = before\n${head}${"x".repeat(1025 - head.length)}\nsip.listen_port = 5070\n`);
    expect(summaries()).toBe(
      `${D.DIAGNOSTIC_DUPLICATE_KEY} account.1.label 2 0:3:1 | ${D.DIAGNOSTIC_LINE_TOO_LONG} account.1.label 1024 0:3:19`,
    );
    expect(spanLength(accountText(1, KEY_LABEL))).toBe(0);
    expect(globalSetting(KEY_LISTEN_PORT)).toBe(5070, "the next line is read");
  });

  it("that is too long for its value to be in sight is not a blank one", () => {
    read(`account.1.label = ${" ".repeat(1100)}x\n`);
    expect(summaries()).toBe(`${D.DIAGNOSTIC_LINE_TOO_LONG} account.1.label 1024 0:2:18`);
  });

  it("that is too long is passed over where it is a comment or its key a stranger's, else an error", () => {
    read("#" + "x".repeat(5000) + "\nphone_setting.x = " + "y".repeat(5000) + "\n");
    expect(summaries()).toBe("");
    read("x".repeat(5000) + " = 1\n");
    expect(summaries()).toBe(`${D.DIAGNOSTIC_NOT_A_LINE} 0:2:1`);
  });
});

describe("a key", () => {
  it("outside of the families is passed over in silence", () => {
    read(
      "phone_setting.backlight = 3\nlinekey.1.type = 15\nSIP = x\nnetwork.vlan = \naccountant.1.enable = 1\n",
    );
    expect(summaries()).toBe("");
  });

  it("inside a family that is unknown is a warning at the key", () => {
    const keys = [
      "account.1.sip_server.1.failback_mod",
      "account.1.sip_server.1.",
      "account.1.sip_server.1.ADDRESS",
      "ACCOUNT.1.SIP_SERVER.1.address",
      "Account.1.sip_server.1.address",
      "account.1.sip_server.adress",
      "account.16.outbound_proxy.2.expires",
      "account.1.outbound_proxy.2.transport_type",
      "account.1.outbound_proxy.address",
      "account.1.outbound_proxy_enabled",
      "account.1.fallback.redundancy",
      "account.1.dns_cache_typ",
      "account.1.dns_cache_a.1.address",
      "dns_cache_a.1.address",
      "dns_cache_srv.1.nam",
      "dns_cache_naptr.1.pref",
      "dns_cache_aaaa.1.name",
      "static.network.dns.query_timeouts",
    ];
    for (let i = 0; i < keys.length; i++) {
      read(`  ${keys[i]} = 1\n`);
      expect(summaries()).toBe(`${D.DIAGNOSTIC_UNKNOWN_KEY} ${keys[i]} 0:2:3`, keys[i]);
      expect(told[0].level).toBe(D.LEVEL_WARNING);
    }
  });

  it("near the families that is unknown is a note", () => {
    const keys = [
      "account.1.enabled",
      "account.1.",
      "account.x.enable",
      "sip.timer_t3",
      "static.network.mtu",
      "Sip.timer_t1",
    ];
    for (let i = 0; i < keys.length; i++) {
      read(`${keys[i]} = 1\n`);
      expect(summaries()).toBe(`${D.DIAGNOSTIC_UNKNOWN_KEY_ELSEWHERE} ${keys[i]} 0:2:1`, keys[i]);
      expect(told[0].level).toBe(D.LEVEL_NOTE);
    }
  });

  it("whose number does not exist is a warning", () => {
    const keys = [
      "account.0.enable",
      "account.17.enable",
      "account.01.enable",
      "account.4294967297.enable",
      "account.1.sip_server.0.address",
      "account.1.sip_server.3.address",
      "account.17.sip_server.1.address",
      "account.1.outbound_proxy.3.address",
      "dns_cache_a.13.name",
      "dns_cache_a.0.name",
      "account.17.dns_cache_a.1.name",
      "account.1.dns_cache_srv.13.name",
    ];
    for (let i = 0; i < keys.length; i++) {
      read(`${keys[i]} = 1\n`);
      expect(summaries()).toBe(`${D.DIAGNOSTIC_INDEX_OUT_OF_RANGE} ${keys[i]} 0:2:1`, keys[i]);
      expect(told[0].account).toBe(0);
    }
  });

  it("is told with at most 128 octets, what is not printable as question marks", () => {
    read("account.1.fallback." + "x".repeat(300) + " = 1\n");
    expect(told[0].key).toBe("account.1.fallback." + "x".repeat(106) + "...");
    read("account.1.fallback.\x01ü = 1\n");
    expect(told[0].key).toBe("account.1.fallback.???");
  });

  it("tells its account", () => {
    read("account.7.enable = 2\nsip.listen_port = x\naccount.16.sip_server.2.port = 65536\n");
    expect(told[0].account).toBe(7);
    expect(told[1].account).toBe(0);
    expect(told[2].account).toBe(16);
  });
});

describe("a value that is wrong", () => {
  it("is told where it is", () => {
    read(`${RETRY}   =   21 \n   ${RETRY} = x\n`);
    expect(told[0].summary).toBe(`${D.DIAGNOSTIC_OUT_OF_RANGE} ${RETRY} 21;0..20 0:2:${RETRY.length + 8}`);
    expect(told[2].summary).toBe(`${D.DIAGNOSTIC_NOT_A_NUMBER} ${RETRY} x;0..20 0:3:${RETRY.length + 7}`);
  });

  it("gives the key its default though an earlier line had set it", () => {
    read(`${RETRY} = 7\n${RETRY} = 21\n${ADDRESS} = a.example\n${ADDRESS} = a b\n`);
    expect(serverSetting(1, 1, KEY_RETRY_COUNTS)).toBe(3);
    expect(address()).toBe("");
    expect(errors()).toBe(2);
  });

  it("is quoted with at most 64 octets, what is not printable as question marks", () => {
    read(`${ADDRESS} = ${"x".repeat(70)}\n`);
    expect(told[0].detail).toBe("x".repeat(61) + "...");
    read(`${ADDRESS} = ü.example\n`);
    expect(told[0].detail).toBe("??.example");
  });

  it("is not quoted where it is a text, so no password is", () => {
    const secret = "hunter2-" + "x".repeat(92);
    read(
      `account.1.password = ${secret}\naccount.1.password = hunter2\x01\naccount.1.password = hunter2\n` +
        `account.1.password =\naccount.1.password = ${"hunter2".repeat(200)}\naccount.1.passwort = hunter2\n` +
        `account.17.password = hunter2\naccount.1.password: hunter2\n`,
    );
    finish();
    expect(count(D.DIAGNOSTIC_TEXT_TOO_LONG)).toBe(1);
    expect(count(D.DIAGNOSTIC_BAD_TEXT)).toBe(1);
    expect(count(D.DIAGNOSTIC_BLANK_DUPLICATE)).toBe(1);
    expect(count(D.DIAGNOSTIC_LINE_TOO_LONG)).toBe(1);
    expect(count(D.DIAGNOSTIC_NOT_A_LINE)).toBe(1);
    expect(count(D.DIAGNOSTIC_INDEX_OUT_OF_RANGE)).toBe(1);
    for (let i = 0; i < told.length; i++)
      expect(told[i].summary.includes("hunter")).toBe(false, told[i].summary);
  });

  it("with a control character or broken UTF-8 is named so, whatever the key", () => {
    read(`account.1.label = a\0b\n${RETRY} = 1\x7f\n${ADDRESS} = a\tb\n`);
    expect(summaries()).toBe(
      `${D.DIAGNOSTIC_BAD_TEXT} account.1.label 0:2:19 | ${D.DIAGNOSTIC_BAD_TEXT} ${RETRY} 0:3:${RETRY.length + 4} | ` +
        `${D.DIAGNOSTIC_BAD_TEXT} ${ADDRESS} 0:4:${ADDRESS.length + 4}`,
    );
    const octets = String.UTF8.encode(HEADER + "account.1.label = xy\n");
    store<u8>(changetype<usize>(octets) + octets.byteLength - 2, 0xe4);
    reset();
    readOctets(0, octets);
    expect(count(D.DIAGNOSTIC_BAD_TEXT)).toBe(1);
    expect(spanLength(accountText(1, KEY_LABEL))).toBe(0);
  });
});

describe("a key assigned again", () => {
  it("in one file has the later value, with a warning that names the earlier line", () => {
    read(`${RETRY} = 5\n\n ${RETRY} = 6\n${RETRY} = 7\n`);
    expect(serverSetting(1, 1, KEY_RETRY_COUNTS)).toBe(7);
    expect(summaries()).toBe(
      `${D.DIAGNOSTIC_DUPLICATE_KEY} ${RETRY} 2 0:4:2 | ${D.DIAGNOSTIC_DUPLICATE_KEY} ${RETRY} 4 0:5:1`,
    );
  });

  it("blank has its default, with a warning of its own", () => {
    read(`${RETRY} = 5\n${ADDRESS} = a.example\n${RETRY} =\n${ADDRESS} = \t\n`);
    expect(serverSetting(1, 1, KEY_RETRY_COUNTS)).toBe(3);
    expect(address()).toBe("");
    expect(summaries()).toBe(
      `${D.DIAGNOSTIC_BLANK_DUPLICATE} ${RETRY} 2 0:4:1 | ${D.DIAGNOSTIC_BLANK_DUPLICATE} ${ADDRESS} 3 0:5:1`,
    );
    expect(errors()).toBe(0);
  });

  it("in a later file has the later value, in silence", () => {
    reset();
    readFile(0, `${RETRY} = 5\n${ADDRESS} = a.example\n`);
    readFile(1, `${RETRY} = 6\n`);
    readFile(2, `${ADDRESS} = b.example\n`);
    expect(summaries()).toBe("");
    expect(serverSetting(1, 1, KEY_RETRY_COUNTS)).toBe(6);
    expect(address()).toBe("b.example");
  });

  it("blank in a later file has its default, with a warning that names the earlier place", () => {
    reset();
    readFile(0, "");
    readFile(1, `\n${RETRY} = 5\n`);
    readFile(2, `${RETRY} = \n`);
    expect(summaries()).toBe(`${D.DIAGNOSTIC_BLANK_IN_LATER_FILE} ${RETRY} 3;2 2:2:1`);
    expect(serverSetting(1, 1, KEY_RETRY_COUNTS)).toBe(3);
  });

  it("where nothing was to be erased is a duplicate in the file, and nothing across files", () => {
    read(`${RETRY} =\n${RETRY} =\n${RETRY} = 21\n${RETRY} =\n`);
    expect(count(D.DIAGNOSTIC_DUPLICATE_KEY)).toBe(3);
    expect(count(D.DIAGNOSTIC_BLANK_DUPLICATE)).toBe(0);
    reset();
    readFile(0, `${RETRY} =\n`);
    readFile(1, `${RETRY} =\n`);
    expect(summaries()).toBe("");
  });
});

describe("%NULL% and %EMPTY%", () => {
  it("%NULL% unsets without a warning", () => {
    reset();
    readFile(0, `${RETRY} = 5\n${ADDRESS} = a.example\n`);
    readFile(1, `${RETRY} = %NULL%\n${ADDRESS}=%NULL%\n`);
    expect(summaries()).toBe("");
    expect(serverSetting(1, 1, KEY_RETRY_COUNTS)).toBe(3);
    expect(address()).toBe("");
    read(`${RETRY} = 5\n${RETRY} = %NULL%\n`);
    expect(summaries()).toBe(`${D.DIAGNOSTIC_DUPLICATE_KEY} ${RETRY} 2 0:3:1`);
  });

  it("%EMPTY% makes a text empty", () => {
    reset();
    readFile(0, `${ADDRESS} = a.example\naccount.1.label = x\n`);
    readFile(1, `${ADDRESS} = %EMPTY%\naccount.1.label = %EMPTY%\n`);
    expect(summaries()).toBe("");
    expect(address()).toBe("");
    expect(spanLength(accountText(1, KEY_LABEL))).toBe(0);
  });

  it("%EMPTY% gives a number its default, with a warning", () => {
    read("account.1.reg_fail_retry_interval = %EMPTY%\n");
    expect(summaries()).toBe(`${D.DIAGNOSTIC_EMPTY_NUMBER} account.1.reg_fail_retry_interval 0:2:37`);
    expect(accountSetting(1, KEY_REG_FAIL_RETRY_INTERVAL)).toBe(30);
  });

  it("are exactly these words", () => {
    read("account.1.label = %null%\naccount.2.label = %NULL\naccount.3.label = x%EMPTY%\n");
    expect(stringOf(accountText(1, KEY_LABEL))).toBe("%null%");
    expect(stringOf(accountText(2, KEY_LABEL))).toBe("%NULL");
    expect(stringOf(accountText(3, KEY_LABEL))).toBe("x%EMPTY%");
  });
});
