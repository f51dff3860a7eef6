/**
 * Bundles the scripts of pages with the libraries that they are built on, each into one file that any browser of the last
 * years runs: build/js/host/timeline/page/main.js and build/js/host/fleet/page/main.js. Their licences stand at its
 * beginning.
 */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** The rooms of the hosts that have a page. */
const rooms = ["timeline", "fleet"];

/** The first browsers that can unpack what a page carries (DecompressionStream). */
const TARGETS = ["chrome103", "edge103", "firefox113", "safari16.4"];

/** The package that a bundled file is of; `undefined` where it is our own. */
const packageOf = (path: string): string | undefined =>
  /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];

/** Whose code it is and under which licence, as each licence asks to be told. */
const notice = (name: string): string => {
  const folder = join(root, "node_modules", name);
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string };
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} has no licence file`);
  return `${name} ${version}\n\n${readFileSync(join(folder, file), "utf8").trim()}`;
};

for (const room of rooms) {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [`host/${room}/page/main.ts`],
    bundle: true,
    format: "iife",
    platform: "browser",
    target: TARGETS,
    minify: true,
    charset: "utf8",
    legalComments: "none",
    metafile: true,
    write: false,
    logLevel: "warning",
  });
  const packages = [...new Set(Object.keys(metafile.inputs).map(packageOf))].filter(
    (name) => name !== undefined,
  );
  const [bundle] = outputFiles;
  if (bundle === undefined) throw new Error("nothing was bundled");
  const notices = packages.sort().map(notice).join("\n\n---\n\n").replaceAll("*/", "* /");
  // The script stands in an element of its name: nothing in it may end that.
  const text = `/*!\n${notices}\n*/\n${bundle.text}`.replaceAll("</script", "<\\/script");
  const output = join(root, "build", "js", "host", room, "page", "main.js");
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, text);
}
