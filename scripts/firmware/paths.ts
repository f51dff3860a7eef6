import { fileURLToPath } from "node:url";

/** A path in the checkout; this file lies three folders below it when it is compiled. */
const inCheckout = (path: string): string => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));

/** The checkout, without a slash at its end. */
export const checkout = inCheckout("").slice(0, -1);

/** What the image is made from. */
export const sources = inCheckout("host/firmware/linux");

/** Where it is built. */
export const output = inCheckout("build/firmware");

/** The files of an image in its folder. */
export const imageFiles = {
  kernel: "kernel",
  initramfs: "initramfs.gz",
  root: "root.squashfs",
  disk: "firmware.img",
  manifest: "manifest.json",
} as const;

/** The program without an operating system: its sources, and where it is built. */
export const bareMetalSources = inCheckout("host/firmware/bare-metal");
export const bareMetalOutput = inCheckout("build/firmware/bare-metal");
export const bareMetalProgram = inCheckout("build/firmware/bare-metal/phone.elf");
