import {
  ATTEMPT_ACCEPTED,
  ATTEMPT_FAILED,
  ATTEMPT_REJECTED,
  Attempt,
  attemptAt,
  resetAttempts,
} from "../../../assembly/account/attempt";
import { NO_RULE, bind } from "../../../assembly/account/binding";
import { resetChallenges } from "../../../assembly/account/challenges";
import {
  boundTargetFailed,
  leaveRegistration,
  located,
  mainAttemptEnded,
  notLocated,
  registrationTimePassed,
  standBack,
} from "../../../assembly/account/registration";
import {
  AWAY,
  LEAVING,
  LOCATING,
  OFF,
  REGISTERED,
  Registration,
  SEARCHING,
  WAITING,
  registrationAt,
  resetRegistrations,
} from "../../../assembly/account/registrations";
import { MAIN, searchNumber } from "../../../assembly/account/search";
import { NO_SPAN, span } from "../../../assembly/bytes/span";
import { resetSettings } from "../../../assembly/config/index";
import { feedText } from "../../../assembly/config/reader";
import { CAUSE_REFUSED, CAUSE_SILENT, FAILURE_REJECTED } from "../../../assembly/contract/constants";
import { resetActions } from "../../../assembly/contract/queue";
import { resetDns } from "../../../assembly/dns/resolver";
import { resetCurrents } from "../../../assembly/redundancy/current";
import { failbackOf } from "../../../assembly/redundancy/failback";
import { resetHealth } from "../../../assembly/redundancy/health";
import { FROM_THE_TOP, searchAt } from "../../../assembly/redundancy/search";
import { listOf, resetLists } from "../../../assembly/redundancy/targets";
import { NEVER } from "../../../assembly/time/clock";
import { seedRandom } from "../../../assembly/time/random";
import { resetTransactions } from "../../../assembly/transaction/client";
import { setTimers } from "../../../assembly/transaction/timers";
import { flowHasOpened, flowOf, resetFlows, shareFlow } from "../../../assembly/transport/flows";
import { target } from "../redundancy/helper";

const CONFIGURATION = `#!version:1.0.0.1
account.1.enable = 1
account.1.user_name = bob
account.1.sip_server.1.address = 192.0.2.1
`;

const NOW: i64 = 1_000_000;
const registration: Registration = registrationAt(0);

const EVENT_LOCATED = 0;
const EVENT_NOT_LOCATED = 1;
const EVENT_ACCEPTED = 2;
const EVENT_FAILED = 3;
const EVENT_REJECTED = 4;
const EVENT_TARGET_FAILED = 5;
const EVENT_DUE = 6;
const EVENT_LEAVE = 7;
const EVENT_STAND_BACK = 8;

/** Brings the registration into a state, with what belongs to it; `bound` with a binding at 192.0.2.1. */
function enter(state: u8, bound: bool): void {
  resetActions();
  resetFlows();
  resetTransactions();
  resetDns();
  resetRegistrations();
  resetAttempts();
  resetChallenges();
  resetLists();
  resetCurrents();
  resetHealth();
  registration.moveRule = NO_RULE;
  registration.askedLifetime = 60;
  failbackOf(0).configure(0, 0, 0);
  const list = listOf(0);
  list.add(target(1, 5060), NEVER);
  const flow = shareFlow(target(1, 5060), 5060, NO_SPAN);
  flowHasOpened(flowOf(flow)!, 4, 5060, target(9, 5060).address);
  if (bound) bind(registration, list.at(0), target(9, 5060), flow, 60, false, NOW - 30_000);
  const search = searchAt(searchNumber(registration, MAIN));
  search.begin(list, FROM_THE_TOP, true, false, NOW);
  search.next();
  const attempt = mainAttempt();
  attempt.flow = flow;
  attempt.target.copyFrom(target(1, 5060));
  attempt.contact.copyFrom(target(9, 5060));
  attempt.lifetime = 60;
  registration.keepAliveAt = NEVER;
  registration.state = state;
  registration.wakeAt = state == WAITING || state == AWAY ? NOW : NEVER;
  resetActions();
}

function mainAttempt(): Attempt {
  return attemptAt(searchNumber(registration, MAIN));
}

function happen(event: i32): void {
  const attempt = mainAttempt();
  switch (event) {
    case EVENT_LOCATED:
      located(registration, NOW);
      break;
    case EVENT_NOT_LOCATED:
      notLocated(registration, NOW);
      break;
    case EVENT_ACCEPTED:
      mainAttemptEnded(registration, attempt, ATTEMPT_ACCEPTED, NOW);
      break;
    case EVENT_FAILED:
      attempt.cause = CAUSE_SILENT as u8;
      mainAttemptEnded(registration, attempt, ATTEMPT_FAILED, NOW);
      break;
    case EVENT_REJECTED:
      attempt.failure = FAILURE_REJECTED as u8;
      attempt.status = 403;
      mainAttemptEnded(registration, attempt, ATTEMPT_REJECTED, NOW);
      break;
    case EVENT_TARGET_FAILED:
      boundTargetFailed(registration, CAUSE_REFUSED, NOW);
      break;
    case EVENT_DUE:
      registrationTimePassed(registration, true, NOW);
      break;
    case EVENT_LEAVE:
      leaveRegistration(registration, NOW);
      break;
    case EVENT_STAND_BACK:
      standBack(registration);
      break;
  }
}

/** The state that follows `state` with a binding or without, `event` having happened. */
function after(state: u8, bound: bool, event: i32): i32 {
  enter(state, bound);
  happen(event);
  return registration.state;
}

/** For each state the one that follows, in the order of the states' numbers; -1 where the event cannot come. */
function expectStates(event: i32, bound: bool, expected: StaticArray<i32>): void {
  for (let state: u8 = OFF; state <= LEAVING; state++) {
    const wanted = expected[state];
    if (wanted >= 0) expect(after(state, bound, event)).toBe(wanted, "in state " + state.toString());
  }
}

describe("registration: state, event, state", () => {
  beforeAll(() => {
    resetActions();
    resetSettings();
    const text = String.UTF8.encode(CONFIGURATION);
    feedText(span(changetype<usize>(text), text.byteLength));
    setTimers(500, 4_000, 5_000);
    seedRandom(memory.data(32));
  });

  it("is complete: the states are numbered from OFF to LEAVING", () => {
    expect(OFF).toBe(0);
    expect(WAITING).toBe(1);
    expect(LOCATING).toBe(2);
    expect(SEARCHING).toBe(3);
    expect(REGISTERED).toBe(4);
    expect(AWAY).toBe(5);
    expect(LEAVING).toBe(6);
  });

  it("located: a search begins where one waited for it", () => {
    expectStates(EVENT_LOCATED, false, [OFF, WAITING, SEARCHING, SEARCHING, REGISTERED, AWAY, LEAVING]);
    expectStates(EVENT_LOCATED, true, [-1, WAITING, SEARCHING, SEARCHING, REGISTERED, -1, LEAVING]);
  });

  it("not located: R5's wait", () => {
    expectStates(EVENT_NOT_LOCATED, false, [OFF, WAITING, WAITING, SEARCHING, REGISTERED, AWAY, LEAVING]);
    expectStates(EVENT_NOT_LOCATED, true, [-1, WAITING, WAITING, SEARCHING, REGISTERED, -1, LEAVING]);
  });

  it("accepted: registered", () => {
    expectStates(EVENT_ACCEPTED, false, [-1, -1, -1, REGISTERED, -1, -1, -1]);
    expectStates(EVENT_ACCEPTED, true, [-1, -1, -1, REGISTERED, -1, -1, -1]);
  });

  it("failed by the last target: R5's wait, and the binding is lost", () => {
    expectStates(EVENT_FAILED, false, [-1, -1, -1, WAITING, -1, -1, -1]);
    expectStates(EVENT_FAILED, true, [-1, -1, -1, WAITING, -1, -1, -1]);
    expect(registration.isBound).toBe(false);
  });

  it("rejected: R5's wait, and the binding is lost", () => {
    expectStates(EVENT_REJECTED, false, [-1, -1, -1, WAITING, -1, -1, -1]);
    expectStates(EVENT_REJECTED, true, [-1, -1, -1, WAITING, -1, -1, -1]);
    expect(registration.isBound).toBe(false);
  });

  it("K3, the binding's target failed: a search begins unless one is under way", () => {
    expectStates(EVENT_TARGET_FAILED, true, [-1, LOCATING, LOCATING, SEARCHING, LOCATING, -1, -1]);
    expect(registration.isBound).toBe(false);
  });

  it("due: waits and refreshes end, searches go on", () => {
    expectStates(EVENT_DUE, false, [OFF, LOCATING, LOCATING, SEARCHING, REGISTERED, LOCATING, LEAVING]);
    expectStates(EVENT_DUE, true, [-1, -1, LOCATING, SEARCHING, LOCATING, -1, LEAVING]);
  });

  it("R7, leave: off at once without a binding, after a last REGISTER with one", () => {
    expectStates(EVENT_LEAVE, false, [OFF, OFF, OFF, OFF, OFF, OFF, OFF]);
    expectStates(EVENT_LEAVE, true, [-1, LEAVING, LEAVING, LEAVING, LEAVING, -1, LEAVING]);
  });

  it("R7: every end of the last REGISTER is the end", () => {
    for (let event = EVENT_ACCEPTED; event <= EVENT_REJECTED; event++) {
      enter(REGISTERED, true);
      leaveRegistration(registration, NOW);
      expect(registration.state).toBe(LEAVING);
      happen(event);
      expect(registration.state).toBe(OFF);
      expect(registration.isBound).toBe(false);
    }
  });

  it("G2, stand back: off, and the binding forgotten", () => {
    expectStates(EVENT_STAND_BACK, false, [OFF, OFF, OFF, OFF, OFF, OFF, OFF]);
    expectStates(EVENT_STAND_BACK, true, [-1, OFF, OFF, OFF, OFF, -1, OFF]);
    expect(registration.isBound).toBe(false);
  });
});
