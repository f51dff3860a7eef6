/** Builds the library for a target, installed into a prefix that a product's build can be pointed at. */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Trouble, command, requireTools } from "../command.js";
import { unpacked } from "../debian.js";
import type { Pin } from "../debian.js";
import { lockedSync } from "../lock.js";
import { buildProfile } from "../profiles/build.js";
import { targetOf } from "./targets.js";
import type { Target, TargetName } from "./targets.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
export const native = join(root, "host", "native");
/** Debian's packages that are linked. */
export const pinFile = join(native, "packages.json");
/** Where the prefixes lie, and below `work` the builds. */
export const devices = join(root, "build", "device");

/** A library that is built and installed. */
export interface DeviceBuild {
  readonly target: TargetName;
  readonly profile: string;
  /** Octets of linear memory. */
  readonly memory: number;
  /** Where lib, include and bin lie. */
  readonly prefix: string;
  /** Where it was built. */
  readonly work: string;
}

export interface DeviceOptions {
  /** A profile other than the target's own; then the prefix is TARGET-PROFILE. */
  readonly profile?: string;
  /** Without the program, where the target has one. */
  readonly libraryOnly?: boolean;
  /** Instead of build/device: for another build of the same. */
  readonly folder?: string;
}

/** Debian's mbedTLS for an architecture, unpacked: the root of its files. */
function mbedTls(architecture: string): string {
  const pins = JSON.parse(readFileSync(pinFile, "utf8")) as Pin[];
  const pin = pins.find((each) => each.architecture === architecture);
  if (pin === undefined) throw new Trouble(`${pinFile} has no package for ${architecture}`);
  return unpacked(pin).folder;
}

/** What CMake is told of the program: it is static, so that it runs wherever the kernel does. */
const programSettings = (tls: NonNullable<Target["tls"]>): string[] => [
  "-DSIP_FAILOVER_DAEMON=ON",
  "-DCMAKE_EXE_LINKER_FLAGS=-static -s",
  ...(tls === "installed" ? [] : [`-DCMAKE_FIND_ROOT_PATH=${mbedTls(tls)}`]),
];

/**
 * Builds what is stale of a target, and installs it.
 *
 * @throws Trouble where a tool or a package is missing, or one fails
 */
export async function buildDevice(target: TargetName, options: DeviceOptions = {}): Promise<DeviceBuild> {
  const { toolchain, tools, profile: own, tls }: Target = targetOf(target);
  const { profile: wanted = own, libraryOnly = false, folder = devices } = options;
  requireTools(`The library for ${target}`, tools);
  const { name: profile, module, report } = await buildProfile(wanted);
  const name = profile === own ? target : `${target}-${profile}`;
  const prefix = join(folder, name);
  const work = join(folder, "work", name);
  const configuration = [
    ...["-S", native, "-B", work],
    ...(toolchain === undefined ? [] : [`-DCMAKE_TOOLCHAIN_FILE=${join(native, "toolchains", toolchain)}`]),
    `-DSIP_FAILOVER_MODULE=${module}`,
    `-DSIP_FAILOVER_MEMORY=${String(report.memory)}`,
    "-DSIP_FAILOVER_CALL_GRAPH=ON",
    "-DCMAKE_BUILD_TYPE=MinSizeRel",
    `-DCMAKE_INSTALL_PREFIX=${prefix}`,
    "-DCMAKE_INSTALL_LIBDIR=lib",
    ...(tls === undefined || libraryOnly ? ["-DSIP_FAILOVER_DAEMON=OFF"] : programSettings(tls)),
  ];
  lockedSync(work, () => {
    command("cmake", configuration);
    command("cmake", ["--build", work, "--parallel", String(availableParallelism())]);
    command("cmake", ["--install", work]);
  });
  return { target, profile, memory: report.memory, prefix, work };
}
