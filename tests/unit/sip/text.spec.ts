import { NOT_A_NUMBER } from "../../../assembly/bytes/number";
import { NO_SPAN, Span, spanEnd, spanLength, spanStart } from "../../../assembly/bytes/span";
import * as grammar from "../../../assembly/sip/text";
import { atEdge, put, text } from "../bytes/memory";

/** The items of a list, each between bars. */
function items(list: string, separator: u8): string {
  const view = atEdge(put(list));
  let result = "|";
  let item: Span = grammar.nextItem(view, NO_SPAN, separator);
  for (; item != NO_SPAN; item = grammar.nextItem(view, item, separator)) result += text(item) + "|";
  return result;
}

function parameterOf(list: string, name: string): string {
  const value = grammar.parameter(atEdge(put(list)), name);
  return value == NO_SPAN ? "none" : text(value);
}

function unquotedOf(value: string): string {
  const result = grammar.unquoted(atEdge(put(value)));
  return result == NO_SPAN ? "none" : text(result);
}

describe("white space", () => {
  it("in a value is a blank or what a fold leaves", () => {
    expect(text(grammar.trimLws(put("\r\n \t a \r\n b \r\n")))).toBe("a \r\n b");
    expect(spanLength(grammar.trimLws(atEdge(put(" \r\n\t"))))).toBe(0);
    expect(spanLength(grammar.trimLws(NO_SPAN))).toBe(0);
    const view = atEdge(put("  "));
    expect(grammar.skipLws(spanStart(view), spanEnd(view))).toBe(spanEnd(view));
  });
});

describe("a token", () => {
  it("is not empty and has token bytes only", () => {
    expect(grammar.isToken(atEdge(put("!interesting-Method0123456789_*+`.%indeed'~")))).toBe(true);
    expect(grammar.isToken(atEdge(put("a b")))).toBe(false);
    expect(grammar.isToken(atEdge(put("a,")))).toBe(false);
    expect(grammar.isToken(atEdge(put("")))).toBe(false);
    expect(grammar.isToken(NO_SPAN)).toBe(false);
  });
});

describe("a list", () => {
  it("is walked item by item, trimmed, without the empty ones", () => {
    expect(items("a,b,c", grammar.COMMA)).toBe("|a|b|c|");
    expect(items(" a , b\r\n ,\tc ", grammar.COMMA)).toBe("|a|b|c|");
    expect(items(",, a,,b , ,", grammar.COMMA)).toBe("|a|b|");
    expect(items("one", grammar.COMMA)).toBe("|one|");
    expect(items("", grammar.COMMA)).toBe("|");
    expect(items(" , ,", grammar.COMMA)).toBe("|");
    expect(items("a=1;b ; c=2", grammar.SEMICOLON)).toBe("|a=1|b|c=2|");
  });

  it("is cut at its separators wherever they are, and however long an item is", () => {
    const letters = "abcdefghijklmnopqrstuvwx";
    for (let length = 1; length < 24; length++) {
      const item = letters.substring(0, length);
      expect(items(item + ";" + letters, grammar.SEMICOLON)).toBe(`|${item}|${letters}|`);
      expect(items(item + ":;:<", grammar.SEMICOLON)).toBe(`|${item}:|:<|`);
      expect(items(`${item}<;>${item};${item}`, grammar.SEMICOLON)).toBe(`|${item}<;>${item}|${item}|`);
      expect(items(`"${item};",${item};x`, grammar.SEMICOLON)).toBe(`|"${item};",${item}|x|`);
      expect(items(`${item}"<";"\\";"`, grammar.SEMICOLON)).toBe(`|${item}"<"|"\\";"|`);
    }
  });

  it("separators in quotes and brackets do not count", () => {
    expect(items('"a,b" <sip:c,d@e>;x="1,2",f', grammar.COMMA)).toBe('|"a,b" <sip:c,d@e>;x="1,2"|f|');
    expect(items('"a\\",b",c', grammar.COMMA)).toBe('|"a\\",b"|c|');
    expect(items('"a\\\\",b', grammar.COMMA)).toBe('|"a\\\\"|b|');
    expect(items('"<", ">"', grammar.COMMA)).toBe('|"<"|">"|');
    expect(items('<sip:"@a>,b', grammar.COMMA)).toBe('|<sip:"@a>|b|');
  });

  it("what is not closed goes to the end", () => {
    expect(items('a,"b,c', grammar.COMMA)).toBe('|a|"b,c|');
    expect(items("a,<b,c", grammar.COMMA)).toBe("|a|<b,c|");
    expect(items('a,"b\\', grammar.COMMA)).toBe('|a|"b\\|');
    expect(items('a,"', grammar.COMMA)).toBe('|a|"|');
  });
});

describe("a parameter", () => {
  it("is found by its name in any case", () => {
    expect(parameterOf(";tag=abc;x=1", "tag")).toBe("abc");
    expect(parameterOf("X=1;TAG=abc", "tag")).toBe("abc");
    expect(parameterOf(" tag = abc ; x", "tag")).toBe("abc");
    expect(parameterOf(";a=b=c", "a")).toBe("b=c");
    expect(parameterOf(';x="y;tag=1";tag=2', "tag")).toBe("2");
    expect(parameterOf(";tag=1;tag=2", "tag")).toBe("1");
  });

  it("without a value is there, and empty", () => {
    expect(parameterOf(";lr", "lr")).toBe("");
    expect(parameterOf(";rport=", "rport")).toBe("");
    const view = grammar.parameter(put(";lr"), "lr");
    expect(view).not.toBe(NO_SPAN);
  });

  it("is not there", () => {
    expect(parameterOf(";lrx;xlr=1;l", "lr")).toBe("none");
    expect(parameterOf("", "lr")).toBe("none");
    expect(grammar.parameter(NO_SPAN, "lr")).toBe(NO_SPAN);
  });

  it("has white space around its name and its value", () => {
    expect(parameterOf(" expires = 60 ;lr ", "expires")).toBe("60");
    expect(parameterOf(" expires = 60 ; lr ", "lr")).toBe("");
    expect(parameterOf("expires\r\n = 60", "expires")).toBe("60");
  });

  it("is not another that begins alike, or ends", () => {
    expect(parameterOf("expires-in=1;exp=2", "expires")).toBe("none");
    expect(parameterOf("expires x=1", "expires")).toBe("none");
  });
});

describe("a quoted string", () => {
  it("loses its quotes and keeps its escapes", () => {
    expect(unquotedOf('"a b"')).toBe("a b");
    expect(unquotedOf('"a \\" b\\\\"')).toBe('a \\" b\\\\');
    expect(unquotedOf('""')).toBe("");
    expect(unquotedOf("token")).toBe("token");
    expect(unquotedOf("")).toBe("");
  });

  it("not closed, or with something behind it, is none", () => {
    const wrong: string[] = ['"', '"a', '"a\\"', '"a" b', '"a"b"', '"\\'];
    for (let i = 0; i < wrong.length; i++) expect(unquotedOf(wrong[i])).toBe("none", wrong[i]);
    expect(grammar.unquoted(NO_SPAN)).toBe(NO_SPAN);
  });
});

describe("seconds", () => {
  it("stand before parameters and comments", () => {
    const cases: string[] = [
      "120",
      "120 ",
      "120;duration=3600",
      "120 (in a meeting)",
      "120(x)",
      "120\r\n ;a",
    ];
    for (let i = 0; i < cases.length; i++) {
      expect(grammar.leadingSeconds(atEdge(put(cases[i])))).toBe(120, cases[i]);
    }
    expect(grammar.leadingSeconds(atEdge(put("0")))).toBe(0);
    expect(grammar.leadingSeconds(atEdge(put("4294967295")))).toBe(4294967295);
  });

  it("never overflow", () => {
    expect(grammar.leadingSeconds(atEdge(put("949302838503028349304023988")))).toBe(grammar.MAX_SECONDS);
    expect(grammar.leadingSeconds(atEdge(put("4294967296")))).toBe(grammar.MAX_SECONDS);
  });

  it("are digits", () => {
    const wrong: string[] = ["", " ", "soon", "-1", "1.5", "12a", ";120", "(x) 120", "1,2", "0x1"];
    for (let i = 0; i < wrong.length; i++) {
      expect(grammar.leadingSeconds(atEdge(put(wrong[i])))).toBe(NOT_A_NUMBER, wrong[i]);
    }
    expect(grammar.leadingSeconds(NO_SPAN)).toBe(NOT_A_NUMBER);
  });
});
