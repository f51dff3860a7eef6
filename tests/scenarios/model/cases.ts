/** The cases of the table: every combination, and what it is called. */
import type { CaseSettings, Course, Failure, Step, TargetName, Transport } from "./course.js";

/** The three keys that are crossed. */
export type Keys = Pick<CaseSettings, "mode" | "registerOnEnable" | "onlySignalWithRegistered">;

/** Every combination of the three keys. Those that have no effect with others are there to have none. */
export const keySettings: readonly Keys[] = ([0, 1, 2, 3] as const).flatMap((mode) =>
  [false, true].flatMap((registerOnEnable) =>
    [false, true].map((onlySignalWithRegistered) => ({ mode, registerOnEnable, onlySignalWithRegistered })),
  ),
);

/** As the keys are written: `mode 1, register_on_enable 0, only_signal 0`. */
export const nameOfKeys = ({ mode, registerOnEnable, onlySignalWithRegistered }: Keys): string =>
  `mode ${String(mode)}, register_on_enable ${String(Number(registerOnEnable))}, ` +
  `only_signal ${String(Number(onlySignalWithRegistered))}`;

/** INVITE and the other methods have budgets that cannot be mistaken for each other; nothing returns by itself. */
export const settings: Omit<CaseSettings, keyof Keys> = {
  retryCounts: 2,
  inviteRetryCounts: 3,
  transport: "udp",
  lifetime: 3600,
  ttl: 86_400,
  failbackTimeout: 0,
};

/** A way to fail, over the transport where it can happen. */
export interface Kind {
  readonly name: string;
  readonly rules: string;
  readonly transport: Transport;
  /** Whether it is one of the four kinds of which the others are variants. */
  readonly isBasic?: boolean;
  /** What happens to servers that fail, `at` milliseconds after the start. */
  readonly fail: (targets: readonly TargetName[], at: number) => Step[];
}

const from =
  (failure: Failure, early = 0) =>
  (targets: readonly TargetName[], at: number): Step[] =>
    targets.map((target) => ({ at: at - early, does: "fail", target, failure }));

/** So long before the request a connection is lost that is lost "before" it, in milliseconds. */
const BEFORE = 1000;

export const kinds: readonly Kind[] = [
  { name: "silent", rules: "F2", transport: "udp", isBasic: true, fail: from("silent") },
  { name: "refused", rules: "F3 K3", transport: "udp", isBasic: true, fail: from("refused") },
  { name: "503", rules: "F1", transport: "udp", isBasic: true, fail: from("503") },
  { name: "silent over TCP", rules: "F2", transport: "tcp", fail: from("silent") },
  { name: "503 over TCP", rules: "F1", transport: "tcp", fail: from("503") },
  {
    name: "connection lost by the request",
    rules: "F1 K3",
    transport: "tcp",
    isBasic: true,
    fail: from("closes"),
  },
  { name: "port closed before the request", rules: "F1 K3", transport: "tcp", fail: from("refused", BEFORE) },
  {
    name: "connection lost before the request",
    rules: "F1 K3",
    transport: "tcp",
    fail: (targets, at) => [
      ...from("closes", BEFORE)(targets, at),
      ...targets.map((target): Step => ({ at: at - BEFORE, does: "disconnect", target })),
    ],
  },
];

/** When the servers fail and the request is due, and when the next one is, in milliseconds. */
const DUE = 100_000;
const NEXT = 150_000;
/** When dialogs begin; that of a subscription is not refreshed a second time before the end. */
const EARLY = 10_000;
const END = 189_000;

/** A request that meets the failure. */
export interface Request {
  readonly name: string;
  readonly rules: string;
  /** A lifetime that has the REGISTER refreshed when it is due; in seconds. */
  readonly lifetime?: number;
  readonly recordRoute?: Course["recordRoute"];
  readonly steps: readonly Step[];
}

export const requests: readonly Request[] = [
  { name: "REGISTER", rules: "F6 F8", lifetime: (2 * DUE) / 1000, steps: [] },
  { name: "INVITE", rules: "F6 F7 F8 F9", steps: [{ at: DUE, does: "call" }] },
  { name: "SUBSCRIBE", rules: "F6 F7 F8 F9", steps: [{ at: DUE, does: "subscribe" }] },
  {
    name: "INVITE, then SUBSCRIBE",
    rules: "F8 S1",
    steps: [
      { at: DUE, does: "call" },
      { at: DUE + 40_000, does: "subscribe" },
    ],
  },
  ...(["name", "address"] as const).map((recordRoute) => ({
    name: `SUBSCRIBE in its dialog by ${recordRoute}`,
    rules: recordRoute === "name" ? "F7 F8 F13 S1" : "F9 F13 S2",
    recordRoute,
    steps: [{ at: EARLY, does: "subscribe", expires: (2 * (DUE - EARLY)) / 1000 }] satisfies Step[],
  })),
  ...(["name", "address"] as const).map((recordRoute) => ({
    name: `BYE by ${recordRoute}`,
    rules: recordRoute === "name" ? "F7 F8 F13" : "F9 F13",
    recordRoute,
    steps: [
      { at: EARLY, does: "call" },
      { at: DUE, does: "hang up" },
    ] satisfies Step[],
  })),
];

/** The course of a case: `failed` fail, the request is due then, and another INVITE follows. */
export const courseOf = (
  keys: Keys,
  { transport, fail }: Kind,
  { lifetime = settings.lifetime, recordRoute = "name", steps }: Request,
  {
    targets = ["A", "B"],
    failed = ["A"],
  }: { targets?: readonly TargetName[]; failed?: readonly TargetName[] } = {},
): Course => ({
  settings: { ...settings, ...keys, transport, lifetime },
  targets,
  recordRoute,
  steps: [...fail(failed, DUE), ...steps, { at: NEXT, does: "call" }],
  end: END,
});
