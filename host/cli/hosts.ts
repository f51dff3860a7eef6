import { NativePhone } from "../native/phone.js";
import { nativePrograms } from "../native/program.js";
import type { BasePhone } from "../node/base-phone.js";
import { Phone } from "../node/index.js";
import type { PhoneOptions } from "../node/index.js";

/** What can hold the core and its sockets: this process, or a program of the build. */
export const hostNames = ["node", "wasmtime", "native"] as const;

export type HostName = (typeof hostNames)[number];

/** A phone of this host, which is not started. */
export const createPhone = (host: HostName, options: Omit<PhoneOptions, "seed">): BasePhone =>
  host === "node" ? new Phone(options) : new NativePhone(nativePrograms[host], options);
