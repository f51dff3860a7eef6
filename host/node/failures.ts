import type { FlowFailure } from "../abi/engine.js";

const reasons: Readonly<Record<string, FlowFailure>> = {
  ECONNREFUSED: "refused",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  EHOSTDOWN: "unreachable",
  ENETDOWN: "unreachable",
  ETIMEDOUT: "timed-out",
  ECONNRESET: "closed",
  ECONNABORTED: "closed",
  EPIPE: "closed",
  EADDRINUSE: "address-in-use",
  EADDRNOTAVAIL: "address-not-available",
  EAFNOSUPPORT: "address-not-available",
  EINVAL: "address-not-available",
  EACCES: "not-permitted",
  EPERM: "not-permitted",
  EMFILE: "no-resources",
  ENFILE: "no-resources",
  ENOBUFS: "no-resources",
  ENOMEM: "no-resources",
};

/** The contract's reason for a socket error of the system. */
export const failureOf = (error: Error): FlowFailure => {
  const code = (error as NodeJS.ErrnoException).code;
  return (code === undefined ? undefined : reasons[code]) ?? "other";
};
