import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Trouble } from "../command.js";
import { makeSquashfs } from "./squashfs.js";
import { Tree } from "./tree.js";

/**
 * Settings of the system on the board, by their names in host/firmware/linux/shared/settings.sh, which says what they
 * mean. Several values of one stand with a blank between.
 */
export type Settings = Readonly<Record<string, string>>;

/** The file of the settings on the disk. */
const SETTINGS = "settings";

/** A setting as its line has it. Throws `Trouble` where a line cannot hold it. */
function settingLine([key, value]: [key: string, value: string]): string {
  if (!/^[a-z]+$/.test(key) || /[\r\n]/.test(value)) throw new Trouble(`${key}=${value} is no setting.`);
  return `${key}=${value}\n`;
}

/**
 * Makes the configuration disk: the files, by their names on it, and the settings. The phone reads the files that the
 * setting `files` names, or those of its MAC address; names in them count from the disk's folder.
 */
export function makeConfigurationDisk(
  files: ReadonlyMap<string, Uint8Array>,
  settings: Settings,
  target: string,
): void {
  const scratch = mkdtempSync(join(tmpdir(), "sip-failover-configuration-"));
  try {
    const tree = new Tree(scratch);
    for (const [name, octets] of files) {
      if (name === SETTINGS) throw new Trouble(`A file of the phone's cannot have the name ${SETTINGS}.`);
      tree.file(name, octets);
    }
    tree.file(SETTINGS, Object.entries(settings).map(settingLine).join(""));
    // There are passwords in it: nobody reads them but the phone, and root.
    tree.settle({ folders: 0o700, files: 0o600 });
    makeSquashfs(scratch, target, { forPhone: true });
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** The files in a folder and below it, by their names from there. */
export function filesOfFolder(folder: string): Map<string, Uint8Array> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  return new Map(
    names.flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isFile() ? [[name, readFileSync(path)] as const] : [];
    }),
  );
}
