/**
 * Packages of Debian's, for other machines or as sources, by apt-get on lists of its own: nothing is installed, the
 * machine's own lists stay as they are, and root is not needed. What was fetched stays in the cache.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "./cache.js";
import { Trouble, command, requireTools } from "./command.js";
import { lockedSync } from "./lock.js";

/** A package as it was when its version was settled. */
export interface Pin {
  readonly package: string;
  /** `armhf`, `arm64`, `all`; `source`: the upstream archive of a source package. */
  readonly architecture: string;
  readonly version: string;
  /** Of the file that is fetched. */
  readonly sha256: string;
  /** A package that depends on the newest one of this kind, where its name has a version in it: a kernel's. */
  readonly metapackage?: string;
}

/** A package that lies unpacked in the cache. */
export interface Unpacked extends Pin {
  readonly folder: string;
}

/** A file that apt-get offers. */
interface Offer {
  readonly file: string;
  readonly sha256: string;
}

const folder = cacheFolder("debian");
const lists = join(folder, "lists");
const sources = join(folder, "sources.list");

/** What packages are for, beside this machine. */
const ARCHITECTURES = ["armhf", "arm64"];

/** Lists that are younger are good enough. */
const LISTS_HOURS = 12;

/** apt-get and apt-cache on lists of their own; what they fetch comes into the folder `cwd`. */
function apt(program: "apt-get" | "apt-cache", words: readonly string[], cwd = folder): string {
  const options = [
    `Dir::Etc::SourceList=${sources}`,
    "Dir::Etc::SourceParts=-",
    `Dir::State::Lists=${lists}`,
    "Dir::Cache::PkgCache=",
    "Dir::Cache::SrcPkgCache=",
    "APT::Sandbox::User=",
    ...ARCHITECTURES.map((architecture) => `APT::Architectures::=${architecture}`),
    "Acquire::Languages=none",
  ].flatMap((option) => ["-o", option]);
  return command(program, [...options, ...words], { cwd }).toString();
}

/**
 * Debian's archives as this machine has them, with sources and for other machines. Others that this machine knows are
 * left out, and so is what a list of theirs may be missing.
 */
function sourcesWanted(): string {
  const format = "$(ORIGIN)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(SIGNED_BY)";
  const targets = command("apt-get", ["indextargets", "--format", format, "Created-By: Packages"]).toString();
  const archives = new Set<string>();
  for (const target of targets.split("\n")) {
    const [origin, uri = "", release = "", component = "", key = ""] = target.split("|");
    if (origin !== "Debian" || component !== "main") continue;
    const options = [
      `arch=${ARCHITECTURES.join(",")}`,
      ...(key.startsWith("/") ? [`signed-by=${key}`] : []),
    ].join(" ");
    for (const kind of ["deb", "deb-src"]) {
      archives.add(`${kind} [${options}] ${uri} ${release} ${component}`);
    }
  }
  if (archives.size === 0) {
    throw new Trouble("Packages come from Debian's archives, and apt-get knows none here: apt-get update");
  }
  return `${[...archives].join("\n")}\n`;
}

/** Brings the lists up to date. One archive that is out of order is no obstacle while another has the package. */
function updateLists(): void {
  requireTools("Fetching Debian's packages", { "apt-get": "apt", dpkg: "dpkg", tar: "tar" });
  mkdirSync(join(lists, "partial"), { recursive: true });
  const stamp = join(lists, "updated");
  const youngest = Date.now() - LISTS_HOURS * 3_600_000;
  const read = (file: string): string => (existsSync(file) ? readFileSync(file, "utf8") : "");
  const wanted = sourcesWanted();
  if (read(sources) === wanted && Number(read(stamp)) > youngest) return;
  writeFileSync(sources, wanted);
  console.error("reading Debian's lists of packages: apt-get update");
  try {
    apt("apt-get", ["update"]);
  } catch (error) {
    console.error(`${(error as Error).message}\ntrying with the lists that are there`);
  }
  writeFileSync(stamp, String(Date.now()));
}

/** The name by which apt-get knows a package. */
const aptName = ({ package: name, architecture }: Pin): string =>
  architecture === "all" ? name : `${name}:${architecture}`;

/** The words by which apt-get fetches a package. */
const fetching = (pin: Pin): string[] =>
  pin.architecture === "source"
    ? ["source", "--download-only", "--tar-only", `${pin.package}=${pin.version}`]
    : ["download", `${aptName(pin)}=${pin.version}`];

/** What apt-get would fetch; `undefined` where it is not offered. */
function offered(pin: Pin): Offer | undefined {
  let printed: string;
  try {
    printed = apt("apt-get", [...fetching(pin), "--print-uris"]);
  } catch {
    return undefined;
  }
  for (const line of printed.split("\n")) {
    const [, file = "", sha256 = ""] = /^'.*' (\S+) \d+ SHA256:([0-9a-f]{64})$/.exec(line) ?? [];
    if (file !== "" && (pin.architecture !== "source" || file.includes(".orig.tar.")))
      return { file, sha256 };
  }
  return undefined;
}

/** The newest of a package's kind that the lists have; its `sha256` is empty. */
function newest(pin: Pin): Pin {
  const field = (name: string, of: string, from: "show" | "showsrc"): string => {
    const said = apt("apt-cache", [from, of]);
    const found = new RegExp(`^${name}: (.*)$`, "m").exec(said)?.[1];
    if (found === undefined) throw new Trouble(`Debian's lists have no package ${of}.`);
    return found;
  };
  if (pin.architecture === "source") {
    return { ...pin, version: field("Version", pin.package, "showsrc"), sha256: "" };
  }
  const depends =
    pin.metapackage === undefined
      ? pin.package
      : (field("Depends", aptName({ ...pin, package: pin.metapackage }), "show").split(/[ ,]/)[0] ?? "");
  const found = { ...pin, package: depends, sha256: "" };
  return { ...found, version: field("Version", aptName(found), "show") };
}

const sha256Of = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex");

/** The file that a pin is in the cache, by what is in it. */
const cachedFile = ({ package: name, version, sha256 }: Pin): string =>
  join(folder, "files", `${name}_${version.replace(/^\d+:/, "")}_${sha256.slice(0, 16)}`);

/** Fetches a package: the pin of what was fetched. It is another where that version is no longer offered. */
function fetch(pin: Pin): Pin {
  if (existsSync(cachedFile(pin))) return pin;
  updateLists();
  let wanted = pin;
  let offer = offered(wanted);
  if (offer === undefined) {
    wanted = newest(pin);
    offer = offered(wanted);
    if (offer === undefined) throw new Trouble(`Debian's lists have no package ${aptName(pin)}.`);
    if (pin.version !== "") {
      console.error(
        `${pin.package} ${pin.version} is no longer offered: ${wanted.package} ${wanted.version} is taken.`,
      );
    }
  }
  const fetched = { ...wanted, sha256: offer.sha256 };
  if (wanted === pin && pin.sha256 !== "" && pin.sha256 !== offer.sha256) {
    throw new Trouble(`${aptName(pin)} ${pin.version} is offered with another content than was settled.`);
  }
  if (existsSync(cachedFile(fetched))) return fetched;
  console.error(`fetching ${fetched.package} ${fetched.version}`);
  const scratch = mkdtempSync(join(folder, "fetch-"));
  try {
    download(fetched, offer, scratch);
  } finally {
    rmSync(scratch, { recursive: true });
  }
  return fetched;
}

/** Fetches an offer into a folder that is there for that, and keeps it in the cache. */
function download(pin: Pin, { file }: Offer, scratch: string): void {
  apt("apt-get", fetching(pin), scratch);
  if (sha256Of(join(scratch, file)) !== pin.sha256)
    throw new Trouble(`${file} was not fetched as it was offered.`);
  mkdirSync(join(folder, "files"), { recursive: true });
  renameSync(join(scratch, file), cachedFile(pin));
}

/** Fetches a package unless it is in the cache, and unpacks it there: a tree, or a source's own folder's content. */
export function unpacked(pin: Pin): Unpacked {
  return lockedSync(folder, () => unpack(pin));
}

function unpack(pin: Pin): Unpacked {
  mkdirSync(folder, { recursive: true });
  const fetched = fetch(pin);
  const target = join(folder, "unpacked", `${fetched.package}_${fetched.sha256.slice(0, 16)}`);
  if (!existsSync(target)) {
    mkdirSync(join(folder, "unpacked"), { recursive: true });
    const scratch = mkdtempSync(join(folder, "unpacked", "new-"));
    const file = cachedFile(fetched);
    if (fetched.architecture === "source") {
      command("tar", ["-x", "-f", file, "-C", scratch, "--strip-components=1", "--no-same-owner"]);
    } else command("dpkg", ["-x", file, scratch]);
    renameSync(scratch, target);
  }
  return { ...fetched, folder: target };
}

/** The newest of each pin's kind, to be settled anew. */
export function newestPins(pins: readonly Pin[]): Pin[] {
  return lockedSync(folder, () => {
    mkdirSync(folder, { recursive: true });
    rmSync(join(lists, "updated"), { force: true });
    updateLists();
    return pins.map((pin) => fetch(newest(pin)));
  });
}
