/** `sip-failover`: the phone on real sockets, as a library. */
export { Phone, StartError } from "./phone.js";
export type { PhoneEvents, PhoneOptions } from "./phone.js";
export { check } from "./check.js";
export { ConfigurationError, diagnosticText } from "../abi/configuration-error.js";
export type { ConfigurationOptions, LoadedConfiguration } from "./configuration.js";
export { StatusBoard } from "../abi/status.js";
export type { AccountStatus, SlotState, SlotStatus, StatusReason } from "../abi/status.js";
export type { ConfigurationRecord, EventRecord, NameOf, RecordOf } from "../abi/record.js";
export type { EventName } from "../abi/contract.js";
