import { randomBytes } from "node:crypto";

/** The name that the phone is given for its server, and those of the two that it leads to (RFC 2606). */
export const SERVICE = "voice.example";
export const PRIMARY = `primary.${SERVICE}`;
export const SECONDARY = `secondary.${SERVICE}`;

export const USER = "1001";

/** Seconds that DNS answers hold: when they are over, failback mode 1 tries the primary (B1). */
export const TTL = 20;

/** Seconds that the registrars grant, less than they are asked for: so a refresh soon finds the silent primary. */
export const LIFETIME = 6;

/** The file's name: a phone asks for its own by its MAC address. */
export const FILE_NAME = "001565abcdef.cfg";

/** A password for this run only. */
export const freshPassword = (): string => randomBytes(12).toString("base64url");

/** What stands in the file that is shown, where the password stands in the real one. */
export const HIDDEN_PASSWORD = "********";

/** The phone's file. */
export const configurationText = (password: string): string =>
  [
    "#!version:1.0.0.1",
    "account.1.enable = 1",
    "account.1.label = Reception",
    `account.1.user_name = ${USER}`,
    `account.1.password = ${password}`,
    "# A name and port 0: DNS says by SRV records which servers there are.",
    `account.1.sip_server.1.address = ${SERVICE}`,
    "account.1.sip_server.1.port = 0",
    "# A silent server gets a request 1 + 3 times before the next one is tried.",
    "account.1.sip_server.1.retry_counts = 3",
    "# Back to the primary when the TTL of the DNS answer is over.",
    "account.1.sip_server.1.failback_mode = 1",
    "# Both servers have the address 127.0.0.1 here, and differ by their ports.",
    "sip.skip_redundant_failover_addr = 0",
    "sip.listen_port = 0",
    "",
  ].join("\n");
