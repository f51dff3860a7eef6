import { CONTRACT_VERSION } from "./contract/constants";
import {
  configureBegin,
  configureDns,
  configureEnd,
  configureErrors,
  configureFile,
  configureText,
  knownKey,
  knownKeys,
} from "./configure";
import {
  flowBytes,
  flowFailed,
  flowIncoming,
  flowOpened,
  nextAction,
  nextDeadline,
  resetCore,
  setBusy,
  start,
  stop,
} from "./core";
import { callHangUp, callPlace, callRequest, callRespond, requestSend, subscribe } from "./application";
import { input as inputArea } from "./input";
import { MAX_MESSAGE_IN } from "./limits";

export function contract_version(): u32 {
  return CONTRACT_VERSION;
}

export function input(): usize {
  return inputArea;
}

export function input_size(): u32 {
  return MAX_MESSAGE_IN;
}

export function configure_begin(): void {
  resetCore();
  configureBegin();
}

export {
  configureFile as configure_file,
  configureText as configure_text,
  configureDns as configure_dns,
  configureEnd as configure_end,
  configureErrors as configure_errors,
  callPlace as call_place,
  callRespond as call_respond,
  callHangUp as call_hang_up,
  callRequest as call_request,
  requestSend as request_send,
  subscribe,
  knownKeys as known_keys,
  knownKey as known_key,
  start,
  flowOpened as flow_opened,
  flowFailed as flow_failed,
  flowBytes as flow_bytes,
  flowIncoming as flow_incoming,
  setBusy as set_busy,
  stop,
  nextAction as next_action,
  nextDeadline as next_deadline,
};
