import { rmSync } from "node:fs";
import { command, requireTools } from "../command.js";

/** The user and group `phone`, host/firmware/linux/root/etc/passwd. */
const PHONE = "100";

/** Makes a squashfs of a settled folder, owned by root; with `forPhone`, by the phone. */
export function makeSquashfs(folder: string, file: string, { forPhone = false } = {}): void {
  requireTools("A disk's file system", { mksquashfs: "squashfs-tools" });
  rmSync(file, { force: true });
  const owner = forPhone ? PHONE : "0";
  const words = ["-noappend", "-no-xattrs", "-reproducible", "-quiet", "-no-progress"];
  words.push("-force-uid", owner, "-force-gid", owner, "-mkfs-time", "0", "-all-time", "0");
  // An environment with a time of its own contradicts the one that is given here.
  command("mksquashfs", [folder, file, ...words], { env: { SOURCE_DATE_EPOCH: undefined } });
}
