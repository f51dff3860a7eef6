import { Endpoint } from "./bytes/endpoint";
import { FAMILY_IPV4, FAMILY_IPV6 } from "./bytes/address";
import { span, spanLength } from "./bytes/span";
import { Writer } from "./bytes/writer";
import { diagnosedErrors } from "./config/diagnostics";
import { resetSettings } from "./config/index";
import { KeyName, keyAt, keyCount, writeName } from "./config/keys";
import { lint } from "./config/lint";
import { beginFile, endFile, feedText } from "./config/reader";
import { globalSetting } from "./config/settings";
import { KEY_TIMER_T1, KEY_TIMER_T2, KEY_TIMER_T4 } from "./config/table";
import {
  ERROR_ACTIONS_WAITING,
  ERROR_ALREADY_STARTED,
  ERROR_BAD_ARGUMENT,
  ERROR_NOT_CONFIGURED,
  ERROR_POOL_FULL,
  TRANSPORT_UDP,
} from "./contract/constants";
import { addDnsServer, dnsServers } from "./dns/servers";
import { input } from "./input";
import { MAX_CONFIG_FILES, MAX_DNS_SERVERS, MAX_MESSAGE_IN } from "./limits";
import { addConfiguredServers, addStaticRecords, configureResolver } from "./resolver";
import { seedRandom } from "./time/random";
import { setTimers } from "./transaction/timers";

/*
 * The configuration calls of the contract, and what the settings say to rooms that do not know them.
 *
 *   NONE ──begin──▶ READING ──file, text …──▶ READING ──end──▶ READY ──start──▶ IN_FORCE
 */

const NONE: u8 = 0;
const READING: u8 = 1;
const READY: u8 = 2;
const IN_FORCE: u8 = 3;

@unmanaged
class Progress {
  phase: u8;
  files: i32;
  /** DNS servers that the host has named. */
  servers: i32;
  /** Those of them that it named before the first file, to serve instead of the files'. */
  overriding: i32;
}

const progress = changetype<Progress>(memory.data(offsetof<Progress>()));
const hostServers = memory.data(offsetof<Endpoint>() * MAX_DNS_SERVERS, 4);
const name = changetype<KeyName>(memory.data(offsetof<KeyName>(), 8));
const writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));

export function isConfigured(): bool {
  return progress.phase == READY;
}

/** The input area holds the seed. */
export function configureBegin(): void {
  seedRandom(input);
  resetSettings();
  progress.phase = READING;
  progress.files = 0;
  progress.servers = 0;
  progress.overriding = 0;
}

/** Begins the next file: its index. */
export function configureFile(): i32 {
  if (progress.phase != READING) return ERROR_NOT_CONFIGURED;
  if (progress.files == MAX_CONFIG_FILES) return ERROR_POOL_FULL;
  if (progress.files > 0 && !endFile()) return ERROR_ACTIONS_WAITING;
  beginFile(progress.files);
  return progress.files++;
}

/** Reads on: octets consumed. */
export function configureText(length: i32): i32 {
  if (progress.phase != READING || progress.files == 0) return ERROR_NOT_CONFIGURED;
  if (length < 0 || length > MAX_MESSAGE_IN) return ERROR_BAD_ARGUMENT;
  return feedText(span(input, length));
}

/** Names a DNS server: before the first file one that serves instead of the files', later one for want of those. */
export function configureDns(family: i32, port: i32): i32 {
  if (progress.phase == NONE) return ERROR_NOT_CONFIGURED;
  if (progress.phase == IN_FORCE) return ERROR_ALREADY_STARTED;
  if (family != FAMILY_IPV4 && family != FAMILY_IPV6) return ERROR_BAD_ARGUMENT;
  if (progress.servers == MAX_DNS_SERVERS) return ERROR_POOL_FULL;
  hostServer(progress.servers++).set(TRANSPORT_UDP, family, port, input);
  if (progress.files == 0) progress.overriding = progress.servers;
  return 0;
}

function hostServer(index: i32): Endpoint {
  return changetype<Endpoint>(hostServers + index * offsetof<Endpoint>());
}

/** Ends the files and looks for dependent keys: above 0 while diagnostics wait for room. */
export function configureEnd(): i32 {
  if (progress.phase == NONE) return ERROR_NOT_CONFIGURED;
  if (progress.phase != READING) return ERROR_ALREADY_STARTED;
  if (progress.files > 0 && !endFile()) return 1;
  // The core on a device has no room for advice: the linter is a build of its own.
  const left = isDefined(WITHOUT_LINTER) ? 0 : lint();
  if (left == 0) progress.phase = READY;
  return left;
}

export function configureErrors(): u32 {
  return diagnosedErrors();
}

/** Tells the rooms that do not know the settings: timers, how DNS is asked, whom, and what is known without asking. */
export function putInForce(): void {
  progress.phase = IN_FORCE;
  setTimers(globalSetting(KEY_TIMER_T1), globalSetting(KEY_TIMER_T2), globalSetting(KEY_TIMER_T4));
  configureResolver();
  addStaticRecords();
  addHostServers(progress.overriding);
  if (progress.overriding > 0) return;
  addConfiguredServers();
  if (dnsServers() == 0) addHostServers(progress.servers);
}

function addHostServers(count: i32): void {
  for (let i = 0; i < count; i++) addDnsServer(hostServer(i));
}

/** Number of keys that are known; 0 without the linter, whose hints alone need their names. */
export function knownKeys(): u32 {
  return isDefined(WITHOUT_LINTER) ? 0 : keyCount();
}

/** Puts the key's name into the input area: its length, 0 where there is none. */
export function knownKey(index: i32): u32 {
  if (isDefined(WITHOUT_LINTER) || !keyAt(index, name)) return 0;
  writer.begin(input, MAX_MESSAGE_IN);
  writeName(writer, name.scope, name.key, name.account, name.index);
  return spanLength(writer.written());
}
