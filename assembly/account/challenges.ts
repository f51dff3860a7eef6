import { CellPool } from "../bytes/cells";
import { Endpoint } from "../bytes/endpoint";
import { NO_SPAN, Span, span, spanLength, spansEqual } from "../bytes/span";
import { dropText, keepText, textSpan } from "../bytes/texts";
import { Writer } from "../bytes/writer";
import { authName } from "../config/settings";
import { POOL_CHALLENGES } from "../contract/constants";
import { poolFull } from "../contract/queue";
import { CHALLENGE_CELLS, CHALLENGE_CELL_SIZE, MAX_REGISTRATIONS, MAX_REQUESTS } from "../limits";
import { Challenge, nextNonce, strongestChallenge } from "../sip/challenge";
import { credentials, credentialsField } from "../sip/digest";
import {
  HEADER_AUTHORIZATION,
  HEADER_PROXY_AUTHENTICATE,
  HEADER_PROXY_AUTHORIZATION,
  HEADER_WWW_AUTHENTICATE,
} from "../sip/header";
import { methodName } from "../sip/method";
import { random32 } from "../time/random";
import { passwordOf } from "./options";

/*
 * The challenges of the servers that a registration speaks with (R3), for each of its attempts one of a registrar
 * (401) and one of a proxy (407). A challenge belongs to the target that sent it: another target gets its answer
 * never, since a nonce is good at one server only.
 */

@unmanaged
class Kept {
  private target0: u32;
  private target1: u32;
  private target2: u32;
  private target3: u32;
  private target4: u32;
  realm: i32;
  nonce: i32;
  opaque: i32;
  algorithm: i32;
  namesAlgorithm: bool;
  qop: bool;
  hasOpaque: bool;
  /** Challenges answered since the attempt began, a stale nonce's not counted. */
  answered: u8;
  /** Stale nonces since the attempt began. */
  stale: u8;
  /** Requests that have used the nonce. */
  count: u32;

  /** Whose it is; none where there is no challenge. */
  get target(): Endpoint {
    return changetype<Endpoint>(this);
  }
}

const ATTEMPTS = MAX_REGISTRATIONS * 2 + MAX_REQUESTS;
const CNONCE_LENGTH = 16;

/** A server that calls nonce after nonce stale is not humoured for ever. */
const MOST_STALE: u8 = 3;

const kept = memory.data(offsetof<Kept>() * ATTEMPTS * 2, 8);
const marks = memory.data(CHALLENGE_CELLS);
const cells = memory.data(CHALLENGE_CELLS * CHALLENGE_CELL_SIZE, 8);
const texts = changetype<CellPool>(memory.data(offsetof<CellPool>(), 8));
const challenge = changetype<Challenge>(memory.data(offsetof<Challenge>(), 8));
const cnonceText = memory.data(CNONCE_LENGTH);
const cnonceWriter = changetype<Writer>(memory.data(offsetof<Writer>(), 8));

function keptAt(attempt: i32, proxy: bool): Kept {
  return changetype<Kept>(kept + ((attempt << 1) | (proxy ? 1 : 0)) * offsetof<Kept>());
}

export function resetChallenges(): void {
  memory.fill(kept, 0, offsetof<Kept>() * ATTEMPTS * 2);
  texts.reset(marks, cells, CHALLENGE_CELLS, CHALLENGE_CELL_SIZE);
}

/** Gives up what was kept; how often the attempt has been challenged is not forgotten by that. */
function dropTexts(one: Kept): void {
  dropText(texts, one.realm);
  dropText(texts, one.nonce);
  dropText(texts, one.opaque);
  one.realm = 0;
  one.nonce = 0;
  one.opaque = 0;
  one.count = 0;
  one.target.clear();
}

function forget(one: Kept): void {
  dropTexts(one);
  memory.fill(changetype<usize>(one), 0, offsetof<Kept>());
}

/** The attempt is somebody else's from now on. */
export function forgetChallenges(attempt: i32): void {
  forget(keptAt(attempt, false));
  forget(keptAt(attempt, true));
}

/** An attempt at `target` begins: what another target's challenges were is forgotten, and the counts begin anew. */
export function beginChallenges(attempt: i32, target: Endpoint): void {
  for (let proxy = 0; proxy < 2; proxy++) {
    const one = keptAt(attempt, proxy != 0);
    if (!one.target.equals(target)) forget(one);
    one.answered = 0;
    one.stale = 0;
  }
}

/** What a challenge means for the request that it answers. */
export const CHALLENGE_ANSWERABLE: i32 = 0;
/** None that can be answered: another scheme, an unknown algorithm. */
export const CHALLENGE_UNUSABLE: i32 = 1;
/** The account has no password. */
export const CHALLENGE_NO_PASSWORD: i32 = 2;
/** The credentials were offered, and refused. */
export const CHALLENGE_REFUSED: i32 = 3;
/** There is no room to keep it. */
export const CHALLENGE_NO_ROOM: i32 = 4;

/** Keeps the challenge of the response in view, a 401 or (`proxy`) a 407 from `target`, to be answered. */
export function takeChallenge(attempt: i32, account: i32, target: Endpoint, proxy: bool): i32 {
  const one = keptAt(attempt, proxy);
  if (!strongestChallenge(proxy ? HEADER_PROXY_AUTHENTICATE : HEADER_WWW_AUTHENTICATE, challenge)) {
    return CHALLENGE_UNUSABLE;
  }
  if (spanLength(passwordOf(account)) == 0) return CHALLENGE_NO_PASSWORD;
  if (wereRefused(one)) {
    // The nonce has seen these credentials: nothing of it is offered again.
    forget(one);
    return CHALLENGE_REFUSED;
  }
  if (challenge.stale) one.stale++;
  else one.answered++;
  if (keep(one, target)) return CHALLENGE_ANSWERABLE;
  // Room first for the one that is needed now: it costs the others a 401 with their next request.
  for (let i = 0; i < ATTEMPTS * 2; i++) {
    const other = keptAt(i >> 1, (i & 1) != 0);
    // What was never offered was not refused.
    if (other.count == 0 && other.target.exists && other != one) other.answered = 0;
    dropTexts(other);
  }
  poolFull(POOL_CHALLENGES, account);
  return keep(one, target) ? CHALLENGE_ANSWERABLE : CHALLENGE_NO_ROOM;
}

/** Keeps the challenge in hand as that of `target`; false where there is no room. */
function keep(one: Kept, target: Endpoint): bool {
  dropTexts(one);
  one.target.copyFrom(target);
  one.realm = keepText(texts, challenge.realm);
  one.nonce = keepText(texts, challenge.nonce);
  one.opaque = keepText(texts, challenge.opaque);
  one.hasOpaque = challenge.opaque != NO_SPAN;
  one.algorithm = challenge.algorithm;
  one.namesAlgorithm = challenge.namesAlgorithm;
  one.qop = challenge.qop;
  const kept = one.realm >= 0 && one.nonce >= 0 && one.opaque >= 0;
  if (!kept) dropTexts(one);
  return kept;
}

/**
 * The challenge in hand says that the credentials were refused: a nonce kept from an earlier request may just be too
 * old, a second refusal is one of the credentials.
 */
function wereRefused(one: Kept): bool {
  if (challenge.stale) return one.stale >= MOST_STALE;
  return one.answered > 0 || (one.count > 0 && spansEqual(textSpan(texts, one.nonce), challenge.nonce));
}

/** The 200 in view may name the nonce for the next request (RFC 7616, 3.5). */
export function followNextNonce(attempt: i32): void {
  const one = keptAt(attempt, false);
  const nonce = nextNonce();
  if (!one.target.exists || nonce == NO_SPAN) return;
  const text = keepText(texts, nonce);
  if (text < 0) return;
  dropText(texts, one.nonce);
  one.nonce = text;
  one.count = 0;
}

/** Writes the fields that answer the challenges kept, with a count that grows for each nonce. */
export function writeCredentials(writer: Writer, attempt: i32, account: i32, method: i32, uri: Span): void {
  for (let proxy = 0; proxy < 2; proxy++) {
    const one = keptAt(attempt, proxy != 0);
    if (!one.target.exists) continue;
    challenge.realm = textSpan(texts, one.realm);
    challenge.nonce = textSpan(texts, one.nonce);
    challenge.opaque = one.hasOpaque ? presentText(one.opaque) : NO_SPAN;
    challenge.algorithm = one.algorithm;
    challenge.namesAlgorithm = one.namesAlgorithm;
    challenge.qop = one.qop;
    credentials.user = authName(account);
    credentials.password = passwordOf(account);
    cnonceWriter.begin(cnonceText, CNONCE_LENGTH).hexNumber(random32(), 8).hexNumber(random32(), 8);
    credentials.cnonce = cnonceWriter.written();
    credentials.uri = uri;
    credentials.method = methodName(method);
    credentials.count = ++one.count;
    credentialsField(
      writer,
      proxy != 0 ? HEADER_PROXY_AUTHORIZATION : HEADER_AUTHORIZATION,
      challenge,
      credentials,
    );
  }
}

/** A text that is there, be it empty. */
function presentText(text: i32): Span {
  return text == 0 ? span(cells, 0) : textSpan(texts, text);
}

/** The request that credentials were written for was not sent after all: they count as unused. */
export function takeCredentialsBack(attempt: i32): void {
  for (let proxy = 0; proxy < 2; proxy++) {
    const one = keptAt(attempt, proxy != 0);
    if (one.count > 0) one.count--;
  }
}

/** The challenges of one attempt become those of another, which forgets its own. */
export function moveChallenges(from: i32, to: i32): void {
  for (let proxy = 0; proxy < 2; proxy++) {
    const source = keptAt(from, proxy != 0);
    const target = keptAt(to, proxy != 0);
    forget(target);
    memory.copy(changetype<usize>(target), changetype<usize>(source), offsetof<Kept>());
    memory.fill(changetype<usize>(source), 0, offsetof<Kept>());
  }
}
