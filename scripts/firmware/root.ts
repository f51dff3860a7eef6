import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sources } from "./paths.js";
import { makeSquashfs } from "./squashfs.js";
import { Tree } from "./tree.js";

/** Commands of busybox that the system's scripts call, and some for the shell at the console. */
const APPLETS = (
  "ash cat chmod chown cp cut date dd df dmesg echo env expr false free grep head hexdump hostname ip kill killall " +
  "less ln logger logread ls mkdir mkfifo mount mv netstat nslookup pidof ping poweroff printf ps reboot rm sed " +
  "seq sh sha256sum sleep sort start-stop-daemon sync syslogd tail tee test top touch tr true udhcpc umount uname " +
  "uptime usleep vi watchdog wc wget ["
).split(" ");

/** Where programs look for the certificates that they trust. */
const TRUST_ANCHORS = "etc/ssl/certs/ca-certificates.crt";

/** What goes into a root. */
export interface RootInputs {
  /** The unpacked packages whose terms go along with it, by their names. */
  readonly terms: ReadonlyMap<string, string>;
  readonly busybox: string;
  /** The unpacked package ca-certificates. */
  readonly certificates: string;
  /** sip-failoverd for the board. */
  readonly program: string;
  readonly version: string;
}

/** The certificates of the package in one file. */
function trustAnchors(certificates: string): string {
  const folder = join(certificates, "usr", "share", "ca-certificates", "mozilla");
  return readdirSync(folder)
    .sort()
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("");
}

/** Makes the root of a slot. `change` does what a test wants to be different. */
export function makeRoot(
  inputs: RootInputs,
  file: string,
  change: (tree: Tree) => void = () => undefined,
): void {
  const folder = mkdtempSync(join(tmpdir(), "sip-failover-root-"));
  try {
    const tree = new Tree(folder);
    tree.copyAll(join(sources, "root"));
    for (const empty of ["config", "dev", "proc", "run", "sys", "tmp"]) tree.folder(empty);
    tree.copy("bin/busybox", inputs.busybox);
    for (const applet of APPLETS) tree.link(`bin/${applet}`, "busybox");
    tree.link("sbin/init", "../bin/busybox");
    tree.copy("lib/disks.sh", join(sources, "shared", "disks.sh"));
    tree.copy("lib/settings.sh", join(sources, "shared", "settings.sh"));
    tree.copy("usr/sbin/sip-failoverd", inputs.program);
    tree.file(TRUST_ANCHORS, trustAnchors(inputs.certificates));
    for (const [name, unpacked] of inputs.terms) {
      tree.copy(`usr/share/doc/${name}/copyright`, join(unpacked, "usr", "share", "doc", name, "copyright"));
    }
    tree.link("etc/resolv.conf", "../run/resolv.conf");
    tree.file("etc/os-release", `NAME=sip-failover\nID=sip-failover\nVERSION_ID=${inputs.version}\n`);
    change(tree);
    tree.settle();
    makeSquashfs(folder, file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
