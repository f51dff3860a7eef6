/**
 * Every diagnostic of a configuration: the core reports a code, the key and a detail; the sentence is here.
 *
 * Codes tell the level: errors from 1, warnings from 32, notes from 96 (`assembly/config/diagnostics.ts`).
 * A note is worth showing only where it helps, `unknown-key-elsewhere` where a known key is close.
 *
 * The detail of a record holds up to two parts, one a line: `{value}`, then `{detail}`. No value of a text key
 * is ever in them, so no password is. Diagnostics with `host` are found by the host, which has the files.
 */
export interface Diagnostic {
  readonly code: number;
  /** Named so in `check` and in records. */
  readonly id: string;
  readonly level: "error" | "warning" | "note";
  /** `{key}`, `{value}` and `{detail}` stand for what the record says. */
  readonly message: string;
  readonly hint: string;
  /** Found by the host, never reported by the core. */
  readonly host?: true;
}

export const diagnostics = [
  {
    code: 1,
    id: "missing-header",
    level: "error",
    message: "The first line is not #!version:1.0.0.1.",
    hint: "Make #!version:1.0.0.1 the first line, exactly so, with nothing before or after it.",
  },
  {
    code: 2,
    id: "byte-order-mark",
    level: "error",
    message: "The file begins with a byte order mark, so its first line is not exactly #!version:1.0.0.1.",
    hint: "Save the file as UTF-8 without a byte order mark.",
  },
  {
    code: 3,
    id: "not-a-line",
    level: "error",
    message: "This line is neither key = value nor a comment.",
    hint: "Write key = value, with no blank inside the key, or begin the line with #.",
  },
  {
    code: 4,
    id: "include-in-config",
    level: "error",
    message: "An include: line belongs into a boot file, not into a configuration file.",
    hint: "Move the line to <MAC>.boot or y000000000000.boot, or name both files on the command line.",
  },
  {
    code: 5,
    id: "line-too-long",
    level: "error",
    message: "The line of {key} is longer than {value} bytes; the key keeps its default.",
    hint: "Shorten the line.",
  },
  {
    code: 6,
    id: "bad-text",
    level: "error",
    message: "The value of {key} holds control characters or is not UTF-8; the key keeps its default.",
    hint: "Save the file as UTF-8 and remove tabs and other control characters from the value.",
  },
  {
    code: 7,
    id: "not-a-number",
    level: "error",
    message: "{key} = {value} is not a number; the key keeps its default.",
    hint: "Allowed: {detail}.",
  },
  {
    code: 8,
    id: "out-of-range",
    level: "error",
    message: "{key} = {value} is out of range; the key keeps its default.",
    hint: "Allowed: {detail}.",
  },
  {
    code: 9,
    id: "text-too-long",
    level: "error",
    message:
      "The value of {key} has {value} characters, at most {detail} are allowed; the key keeps its default.",
    hint: "Shorten the value.",
  },
  {
    code: 10,
    id: "bad-address",
    level: "error",
    message: "{key} = {value} is neither an IP address nor a host name; the key keeps its default.",
    hint: "Write the address alone: no sip:, no port, no blank. The port has a key of its own.",
  },
  {
    code: 11,
    id: "bad-ip-address",
    level: "error",
    message: "{key} = {value} is not an IP address; the key keeps its default.",
    hint: "Write an IPv4 address such as 192.0.2.1 or an IPv6 address such as 2001:db8::1.",
  },
  {
    code: 12,
    id: "texts-full",
    level: "error",
    message: "The value of {key} found no room in the pool of texts; the key keeps its default.",
    hint: "Shorten names and labels, or build the core with a larger CONFIG_TEXT_CELLS.",
  },
  {
    code: 13,
    id: "records-full",
    level: "error",
    message: "{key} found no room in the pool of static DNS records; the record is left out.",
    hint: "Remove static records, or build the core with a larger MAX_STATIC_RECORDS.",
  },
  {
    code: 14,
    id: "no-account-enabled",
    level: "error",
    message: "No account is enabled.",
    hint: "Set account.1.enable = 1.",
  },
  {
    code: 15,
    id: "unreadable-file",
    level: "error",
    message: "The file cannot be read: {detail}.",
    hint: "Check its name and permissions.",
    host: true,
  },
  {
    code: 16,
    id: "bad-boot-line",
    level: "error",
    message: "This line of the boot file is neither include:config, nor key = value, nor a comment.",
    hint: 'Write include:config <path> or include:config "path".',
    host: true,
  },
  {
    code: 17,
    id: "bad-include",
    level: "error",
    message: "{value} cannot be included: {detail}.",
    hint: "Name a configuration file by its path; addresses and boot files cannot be included.",
    host: true,
  },
  {
    code: 18,
    id: "too-many-files",
    level: "error",
    message: "At most {value} configuration files are read.",
    hint: "Join some of the files.",
    host: true,
  },
  {
    code: 19,
    id: "empty-boot-file",
    level: "error",
    message: "The boot file lists no configuration file.",
    hint: "Add include:config <path>, a line for each file.",
    host: true,
  },
  {
    code: 32,
    id: "unknown-key",
    level: "warning",
    message: "{key} is not a known key; the line has no effect.",
    hint: "Check the spelling; keys are in lower case.",
  },
  {
    code: 33,
    id: "index-out-of-range",
    level: "warning",
    message: "{key} names an account, server or record that does not exist; the line has no effect.",
    hint: "Accounts are numbered 1..16, servers and proxies 1..2, static DNS records 1..12.",
  },
  {
    code: 34,
    id: "duplicate-key",
    level: "warning",
    message: "{key} was already assigned in line {value}; the later line wins.",
    hint: "Remove one of the two lines.",
  },
  {
    code: 35,
    id: "blank-duplicate",
    level: "warning",
    message: "{key} is blank here, which erases the value of line {value}.",
    hint: "Remove the blank line, or write %NULL% where the default is meant.",
  },
  {
    code: 36,
    id: "blank-in-later-file",
    level: "warning",
    message: "{key} is blank here, which erases the value of line {value} of file {detail}.",
    hint: "Remove the blank line, or write %NULL% where the default is meant.",
  },
  {
    code: 37,
    id: "empty-number",
    level: "warning",
    message: "{key} is a number and cannot be made empty by %EMPTY%; the key has its default.",
    hint: "Write a number, or %NULL% for the default.",
  },
  {
    code: 38,
    id: "failback-timeout-raised",
    level: "warning",
    message: "{key} = {value} is read as 60.",
    hint: "Write 60 or more, or 0 for no return by timer.",
  },
  {
    code: 39,
    id: "failback-timeout-unused",
    level: "warning",
    message: "{key} has no effect: failback_mode is {value}, not 3.",
    hint: "Set failback_mode = 3, or remove this line.",
  },
  {
    code: 40,
    id: "only-signal-unused",
    level: "warning",
    message: "{key} has no effect without register_on_enable = 1 and failback_mode 1, 2 or 3.",
    hint: "Set both keys, or remove this line.",
  },
  {
    code: 41,
    id: "failback-subscribe-unused",
    level: "warning",
    message: "{key} has no effect while failback_mode is 0.",
    hint: "Set failback_mode to 1, 2 or 3, or remove this line.",
  },
  {
    code: 42,
    id: "failback-mode-with-ip-address",
    level: "warning",
    message: "{key} = {value} has no effect: {detail} is an IP address, so there is nowhere to come back to.",
    hint: "Give a host name that leads to several addresses, or use the second server.",
  },
  {
    code: 43,
    id: "naptr-with-port",
    level: "warning",
    message:
      "{key} = 3 has no effect with port {value}: no NAPTR and SRV records are asked for, UDP is used.",
    hint: "Set the port to 0; where it is not set, it is 5060.",
  },
  {
    code: 44,
    id: "naptr-with-ip-address",
    level: "warning",
    message: "{key} = 3 has no effect with the IP address {value}: UDP is used.",
    hint: "Give a host name, or set transport_type to 0, 1 or 2.",
  },
  {
    code: 45,
    id: "fallback-timeout-unused",
    level: "warning",
    message: "{key} has no effect: fallback.redundancy_type is not 1.",
    hint: "Set fallback.redundancy_type = 1, or remove this line.",
  },
  {
    code: 46,
    id: "same-servers",
    level: "warning",
    message: "{key} leads to the same address, port and transport as the first: it gives no redundancy.",
    hint: "Give the address of another server, or leave the second one empty.",
  },
  {
    code: 47,
    id: "outbound-proxy-disabled",
    level: "warning",
    message: "{key} has no effect: outbound_proxy_enable is 0.",
    hint: "Set outbound_proxy_enable = 1, or remove this line.",
  },
  {
    code: 48,
    id: "fallback-with-proxies",
    level: "warning",
    message: "{key} has no effect while outbound proxies are on: they are always successive.",
    hint: "Use outbound_proxy_fallback_interval, or remove this line.",
  },
  {
    code: 49,
    id: "account-without-server",
    level: "warning",
    message: "{key} = 1, but the account has no server address.",
    hint: "Set sip_server.1.address.",
  },
  {
    code: 50,
    id: "account-without-user-name",
    level: "warning",
    message: "{key} = 1, but the account has no user name.",
    hint: "Set user_name.",
  },
  {
    code: 51,
    id: "outbound-proxy-without-address",
    level: "warning",
    message: "{key} = 1, but no outbound proxy has an address: requests go straight to the servers.",
    hint: "Set outbound_proxy.1.address.",
  },
  {
    code: 52,
    id: "incomplete-record",
    level: "warning",
    message: "The static DNS record of {key} has no {value}; the record is not used.",
    hint: "Set all parts of the record, or remove it.",
  },
  {
    code: 53,
    id: "readable-password",
    level: "warning",
    message: "The file holds a password, and others may read it.",
    hint: "Leave the right to read it to its owner: chmod 600.",
    host: true,
  },
  {
    code: 96,
    id: "unknown-key-elsewhere",
    level: "note",
    message: "{key} is not a key of server redundancy.",
    hint: "Check the spelling, if it was meant to be one.",
  },
] as const satisfies readonly Diagnostic[];
