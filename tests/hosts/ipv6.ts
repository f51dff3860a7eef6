import { networkInterfaces } from "node:os";

/** Whether the machine has the address `::1`. */
export const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((entry) => entry?.address === "::1");

/** Why tests that need `::1` are skipped; `false` where they are not. */
export const lacksIpv6 = !hasIpv6 && "this machine has no ::1";
