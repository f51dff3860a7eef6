/** `sip-failover`: the phone on real sockets, as a library. */
export { Phone } from "./phone.js";
export type { BasePhone } from "./base-phone.js";
export type { PhoneOptions } from "./phone.js";
export type { PhoneEvents } from "./phone-events.js";
export type { RequestOptions, SubscriptionOptions } from "./requests.js";
export { StartError } from "./start-error.js";
export { CoreError } from "../abi/core.js";
export type { Content } from "../abi/core.js";
export { check } from "./check.js";
export { ConfigurationError, diagnosticText } from "../abi/configuration-error.js";
export type { ConfigurationOptions, LoadedConfiguration } from "./configuration.js";
export { StatusBoard } from "../abi/status.js";
export type {
  AccountStatus,
  CallStatus,
  SlotState,
  SlotStatus,
  StatusReason,
  SubscriptionStatus,
} from "../abi/status.js";
export type { ConfigurationRecord, EventRecord, NameOf, RecordOf } from "../abi/record.js";
export type { EventName } from "../abi/contract.js";
