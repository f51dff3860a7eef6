import { MAX_MESSAGE_IN } from "./limits";

/** Where the host puts bytes before a call. */
export const input = memory.data(MAX_MESSAGE_IN, 8);
