// @ts-check
/*
 * Installs the servers that the interop suites talk to, and the browser in which pages are tested, as Debian packages. It
 * needs root and is never run by another command: who runs it wants these packages on the machine.
 */
import { spawnSync } from "node:child_process";

const packages = [
  "kamailio",
  "kamailio-tls-modules",
  "dnsmasq-base",
  "tshark",
  "openssl",
  "sip-tester",
  "baresip-core",
  // What the hosts beside Node are built by, and run on.
  "cmake",
  "make",
  "gcc",
  "g++",
  "libc6-dev",
  "pkg-config",
  "wabt",
  "libmbedtls-dev",
  "gcc-arm-linux-gnueabihf",
  "libc6-dev-armhf-cross",
  "gcc-aarch64-linux-gnu",
  "libc6-dev-arm64-cross",
  "gcc-arm-none-eabi",
  "libnewlib-arm-none-eabi",
  "qemu-user",
  "qemu-system-arm",
  "squashfs-tools",
  "cpio",
  "iproute2",
  // What the core is compared with, and what counts its instructions.
  "libosip2-dev",
  "libsofia-sip-ua-dev",
  "libre-dev",
  "valgrind",
  "chromium",
];

/**
 * Ends with a sentence.
 * @param {string} sentence
 * @returns {never}
 */
function refuse(sentence) {
  console.error(sentence);
  process.exit(1);
}

/** @param {string} name */
function isInstalled(name) {
  const { status, stdout } = spawnSync("dpkg-query", ["-W", "-f", "${db:Status-Status}", name], {
    encoding: "utf8",
  });
  return status === 0 && stdout === "installed";
}

/** @param {string[]} words */
function apt(...words) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  console.log(`apt-get ${words.join(" ")}`);
  return spawnSync("apt-get", words, { stdio: ["ignore", "inherit", "inherit"], env }).status === 0;
}

if (spawnSync("apt-get", ["--version"]).error !== undefined) {
  refuse(`apt-get is not on this machine. Install by its own means: ${packages.join(", ")}`);
}
const wanted = packages.filter((name) => !isInstalled(name));
if (wanted.length === 0) {
  console.log(`already installed: ${packages.join(", ")}`);
  process.exit(0);
}
if (process.getuid?.() !== 0) {
  refuse(`installing ${wanted.join(", ")} needs root: sudo npm run setup:servers`);
}
if (!apt("update"))
  console.error("the package lists could not be refreshed; trying with those that are there");
if (!apt("install", "--yes", "--no-install-recommends", ...wanted)) refuse("apt-get could not install them");
if (wanted.includes("kamailio")) {
  console.log(
    "The tests start Kamailio themselves. Debian's own service is not needed: systemctl disable --now kamailio",
  );
}
