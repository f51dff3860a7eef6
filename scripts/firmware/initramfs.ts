import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Trouble, command } from "../command.js";
import { sources } from "./paths.js";
import { Tree } from "./tree.js";

/** Loaded when the watchdog is armed, with what it is told there. */
const WATCHDOG = "softdog";

/** Commands of busybox that the first program calls. */
const APPLETS = [
  ..."cat chmod cut dd echo grep head insmod mount printf reboot sh sha256sum sleep switch_root tee tr umount".split(
    " ",
  ),
  "[",
];

/** The files of kernel modules, by their names. */
function modulesOf(kernel: string): Map<string, string> {
  const releases = join(kernel, "lib", "modules");
  const [release] = existsSync(releases) ? readdirSync(releases) : [];
  if (release === undefined) throw new Trouble("The kernel's package has no modules.");
  const folder = join(releases, release, "kernel");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return new Map(
    files
      .filter((name) => name.endsWith(".ko"))
      .map((name) => [basename(name, ".ko").replaceAll("-", "_"), join(folder, name)]),
  );
}

/** Makes the file system that the kernel begins with: busybox, the modules, and the program that chooses a slot. */
export function makeInitramfs(kernel: string, busybox: string, file: string): void {
  const folder = mkdtempSync(join(tmpdir(), "sip-failover-initramfs-"));
  try {
    const tree = new Tree(folder);
    for (const empty of ["dev", "proc", "sys", "root"]) tree.folder(empty);
    tree.copy("bin/busybox", busybox);
    for (const applet of APPLETS) tree.link(`bin/${applet}`, "busybox");
    tree.copy("init", join(sources, "initramfs", "init"));
    tree.copy("lib/disks.sh", join(sources, "shared", "disks.sh"));
    const found = modulesOf(kernel);
    const order = readFileSync(join(sources, "initramfs", "modules"), "utf8");
    for (const module of [...order.trim().split("\n"), WATCHDOG]) {
      const path = found.get(module);
      if (path === undefined) throw new Trouble(`The kernel has no module ${module}.`);
      tree.copy(`modules/${module}.ko`, path);
    }
    tree.file("modules/order", order);
    tree.settle();
    const archive = command("cpio", ["-o", "-H", "newc", "--reproducible", "-R", "0:0", "--quiet"], {
      cwd: folder,
      input: `${[".", ...tree.names()].join("\n")}\n`,
    });
    writeFileSync(file, command("gzip", ["-9n"], { input: archive }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
