import { Endpoint } from "../bytes/endpoint";
import { NO_HANDLE } from "../bytes/handle";
import { storeU16 } from "../bytes/number";
import { NO_SPAN, Span } from "../bytes/span";
import {
  DNS_OUTCOME_MALFORMED,
  DNS_OUTCOME_REFUSED,
  DNS_OUTCOME_SERVER_FAILURE,
  DNS_OUTCOME_SILENT,
  DNS_OUTCOME_UNREACHABLE,
  DROP_DNS_MALFORMED,
  EVENT_DNS_ANSWER,
  EVENT_DNS_QUERY,
  POOL_DNS_ANSWERS,
  POOL_DNS_QUERIES,
  TRANSPORT_TCP,
  TRANSPORT_UDP,
} from "../contract/constants";
import { drop } from "../contract/drops";
import { beginEvent, endAction, poolFull, putByte, putTarget, putText, putWord } from "../contract/queue";
import { MAX_DNS_QUERIES } from "../limits";
import { NEVER } from "../time/clock";
import { random32 } from "../time/random";
import { OWNER_DNS, openFlow, releaseFlow, sendOnFlow } from "../transport/flows";
import { Answer, addAnswer, answerAt, findAnswer, indexOfAnswer } from "./cache";
import { recordsTaken, takeAnswer, ttlTaken } from "./intake";
import {
  FITS,
  MAX_QUERY_SIZE,
  RCODE_NO_ERROR,
  RCODE_NO_SUCH_NAME,
  RCODE_REFUSED,
  message,
  writeQuery,
} from "./message";
import { nameWire, textOfName } from "./names";
import { dnsServers, preferredServer, serverAfter, serverAnswered, serverAt, serverFailed } from "./servers";
import { settings } from "./settings";
import { Stream, resetStreams } from "./stream";

/*
 * Queries: questions that are under way, one each however many lookups wait for it. A query goes round the
 * servers, beginning with the preferred one; each is asked 1 + `retry_times` times, `query_timeout` apart. One that
 * says no, or cannot be reached, is asked no more by this query, and the next is asked at once.
 *
 *   free ──begin──▶ due ──its turn──▶ waiting ──an answer, or no server is left──▶ free
 *                    ▲                   │
 *                    └── the next server ┘   (silent, unreachable, an error; truncated: the same one over TCP)
 *
 * Each ask has an identifier and a flow of its own, hence a local port of its own (RFC 5452): with one that has
 * ended, its answer has nowhere to arrive. What is sent is sent from `dnsTimePassed` only, one query a call.
 */

const FREE: u8 = 0;
const DUE: u8 = 1;
const WAITING: u8 = 2;

@unmanaged
class Query {
  state: u8;
  /** Of the ask that is due or under way. */
  transport: u8;
  server: u8;
  /** The server that it began with: where a round ends. */
  first: u8;
  /** Servers that are asked no more, a bit each. */
  excluded: u8;
  /** Somebody wants the additional section, too. */
  additional: bool;
  identifier: u16;
  /** Entry of the question in the cache. */
  entry: i32;
  /** Rounds that have ended. */
  round: i32;
  flow: u32;
  private stream0: u32;
  private stream1: u32;
  private aligned: u32;
  deadline: i64;

  /** The message that is coming in over TCP. */
  get stream(): Stream {
    return changetype<Stream>(changetype<usize>(this) + offsetof<Query>("stream0"));
  }

  get answer(): Answer {
    return answerAt(this.entry);
  }

  get index(): i32 {
    return ((changetype<usize>(this) - queries) / offsetof<Query>()) as i32;
  }
}

@unmanaged
class Progress {
  /** Queries that have ended so far. */
  ended: u32;
  /** It has been said that there is no query left. */
  exhausted: bool;
}

const progress = changetype<Progress>(memory.data(offsetof<Progress>(), 8));
const queries = memory.data(offsetof<Query>() * MAX_DNS_QUERIES, 8);
const remote = changetype<Endpoint>(memory.data(offsetof<Endpoint>(), 8));
const written = memory.data(MAX_QUERY_SIZE + 2);

export function resetQueries(): void {
  memory.fill(queries, 0, offsetof<Query>() * MAX_DNS_QUERIES);
  memory.fill(changetype<usize>(progress), 0, offsetof<Progress>());
  resetStreams();
}

function queryAt(index: i32): Query {
  return changetype<Query>(queries + index * offsetof<Query>());
}

/** Queries that have ended so far; whoever waits for one looks again when this has changed. */
export function queriesEnded(): u32 {
  return progress.ended;
}

/**
 * Sees to it that a question is asked: false where the cache has no room for its answer. With all queries under
 * way, the question has to be brought again when one has ended.
 */
export function ask(name: i32, type: i32, additional: bool, now: i64): bool {
  let answer = findAnswer(name, type);
  if (answer != null && answer.asked) {
    if (additional) queryOf(answer).additional = true;
    return true;
  }
  const query = freeQuery();
  if (query == null) return true;
  if (answer == null) answer = addAnswer(name, type);
  if (answer == null) {
    poolFull(POOL_DNS_ANSWERS, 0);
    return false;
  }
  answer.asked = true;
  memory.fill(changetype<usize>(query), 0, offsetof<Query>());
  query.entry = indexOfAnswer(answer);
  query.additional = additional;
  query.first = preferredServer() as u8;
  query.server = query.first;
  due(query, settings.transport, now);
  return true;
}

function queryOf(answer: Answer): Query {
  const entry = indexOfAnswer(answer);
  let i = 0;
  while (queryAt(i).state == FREE || queryAt(i).entry != entry) i++;
  return queryAt(i);
}

function freeQuery(): Query | null {
  for (let i = 0; i < MAX_DNS_QUERIES; i++) {
    if (queryAt(i).state == FREE) return queryAt(i);
  }
  if (!progress.exhausted) poolFull(POOL_DNS_QUERIES, 0);
  progress.exhausted = true;
  return null;
}

function due(query: Query, transport: u8, now: i64): void {
  query.state = DUE;
  query.transport = transport;
  query.deadline = now;
}

/** When `queriesTimePassed` has something to do. */
export function queriesDeadline(): i64 {
  let deadline = NEVER;
  for (let i = 0; i < MAX_DNS_QUERIES; i++) {
    const query = queryAt(i);
    if (query.state != FREE) deadline = min(deadline, query.deadline);
  }
  return deadline;
}

/** Handles one query whose time has come; false where there is none. */
export function queriesTimePassed(now: i64): bool {
  for (let i = 0; i < MAX_DNS_QUERIES; i++) {
    const query = queryAt(i);
    if (query.state == FREE || query.deadline > now) continue;
    if (query.state == DUE) send(query, now);
    else tryNext(query, DNS_OUTCOME_SILENT, now);
    return true;
  }
  return false;
}

/** Asks the query's server. Where no flow is left, that counts as a datagram lost: the next ask has another chance. */
function send(query: Query, now: i64): void {
  const answer = query.answer;
  setRemote(query);
  query.state = WAITING;
  query.deadline = now + settings.queryTimeout;
  query.identifier = random32() as u16;
  query.flow = openFlow(OWNER_DNS, query.index, remote, 0, NO_SPAN);
  if (query.flow == NO_HANDLE) return;
  const length = writeQuery(query.identifier, nameWire(answer.name), answer.type, written + 2);
  storeU16(written, length);
  if (query.transport == (TRANSPORT_TCP as u8)) sendOnFlow(query.flow, written, length + 2);
  else sendOnFlow(query.flow, written + 2, length);
  beginDnsEvent(EVENT_DNS_QUERY, query);
  putWord(query.round + 1);
  endAction();
}

/** The flow of query `index` (a flow's `ownerIndex`) has failed. */
export function dnsFlowFailed(index: i32, now: i64): void {
  const query = queryAt(index);
  if (query.state == WAITING) refuse(query, DNS_OUTCOME_UNREACHABLE, now);
}

/** Bytes have come on `flow`, that of query `index`: a datagram, or a piece of the stream. */
export function dnsFlowBytes(flow: u32, index: i32, bytes: Span, now: i64): void {
  const query = queryAt(index);
  if (query.state != WAITING || query.flow != flow) return;
  const overUdp = query.transport == (TRANSPORT_UDP as u8);
  const whole = overUdp ? bytes : query.stream.take(bytes);
  if (query.stream.broken) {
    refuse(query, DNS_OUTCOME_MALFORMED, now);
    return;
  }
  if (whole == NO_SPAN) return;
  const answer = query.answer;
  const reason = message.open(whole, query.identifier, nameWire(answer.name), answer.type);
  if (reason != FITS) {
    setRemote(query);
    drop(reason, remote);
    // A datagram may be anybody's: the answer may still come. A connection is the server's.
    if (!overUdp) refuse(query, DNS_OUTCOME_MALFORMED, now);
    return;
  }
  if (overUdp && message.isTruncated) {
    close(query);
    due(query, TRANSPORT_TCP as u8, now);
    return;
  }
  read(query, answer, now);
}

/** The message in hand answers the query. */
function read(query: Query, answer: Answer, now: i64): void {
  const rcode = message.rcode;
  if (rcode != RCODE_NO_ERROR && rcode != RCODE_NO_SUCH_NAME) {
    refuse(query, rcode == RCODE_REFUSED ? DNS_OUTCOME_REFUSED : DNS_OUTCOME_SERVER_FAILURE, now);
    return;
  }
  if (message.isTruncated || !message.check()) {
    setRemote(query);
    drop(DROP_DNS_MALFORMED, remote);
    // The only server is asked again in its time; somebody else may have sent this.
    if (query.transport != (TRANSPORT_UDP as u8) || dnsServers() > 1)
      refuse(query, DNS_OUTCOME_MALFORMED, now);
    return;
  }
  const outcome = takeAnswer(answer, query.additional, now);
  if (outcome == DNS_OUTCOME_SERVER_FAILURE) {
    refuse(query, outcome, now);
    return;
  }
  serverAnswered(query.server);
  sayAnswer(query, outcome, recordsTaken(), ttlTaken());
  end(query);
}

/** The server is of no use to this query. */
function refuse(query: Query, outcome: i32, now: i64): void {
  query.excluded |= (1 << query.server) as u8;
  tryNext(query, outcome, now);
}

/** The server has failed the query: the next one is due, unless none is left. */
function tryNext(query: Query, outcome: i32, now: i64): void {
  sayAnswer(query, outcome, 0, 0);
  serverFailed(query.server);
  close(query);
  due(query, settings.transport, now);
  for (let left = dnsServers(); left > 0; left--) {
    query.server = serverAfter(query.server) as u8;
    if (query.server == query.first && query.round++ == settings.retries) break;
    if (((query.excluded >> query.server) & 1) == 0) return;
  }
  query.answer.fail(now);
  end(query);
}

function close(query: Query): void {
  releaseFlow(query.flow);
  query.flow = NO_HANDLE;
  query.stream.reset();
}

function end(query: Query): void {
  close(query);
  query.answer.asked = false;
  query.state = FREE;
  progress.ended++;
  // Said once for each rush, however long the queue behind the queries.
  if (queriesDeadline() == NEVER) progress.exhausted = false;
}

/** The server with the transport of the query's ask. */
function setRemote(query: Query): void {
  remote.copyFrom(serverAt(query.server));
  remote.transport = query.transport;
}

function beginDnsEvent(event: i32, query: Query): void {
  const answer = query.answer;
  setRemote(query);
  beginEvent(event, 0);
  putText(textOfName(answer.name));
  putByte(answer.type);
  putTarget(remote);
}

function sayAnswer(query: Query, outcome: i32, records: i32, ttl: u32): void {
  beginDnsEvent(EVENT_DNS_ANSWER, query);
  putByte(outcome);
  putWord(records);
  putWord(ttl);
  endAction();
}
