/** What a configuration will do on the day its servers die, found out by running the core in simulated time. */
export { explain } from "./explain.js";
export type { Explained } from "./explain.js";
export { EXPLANATION_VERSION, isGood } from "./findings.js";
export type { AccountFindings, Advice, Findings } from "./findings.js";
export type { FirstAnswer, Question } from "./first-answer.js";
export { liveSource } from "./live.js";
export type { Origin, Target, Unfound } from "./locate.js";
export type { Noticed, Span } from "./noticed.js";
export { RecordsError, fixedSource, serverRecords, zoneRecords } from "./records.js";
export type { Found, NameSource } from "./records.js";
export type { Return } from "./returns.js";
export type { SlotSettings } from "./settings.js";
export type { StandingCall, StandingSubscription } from "./standing.js";
export type { Trouble } from "./world.js";
