import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import binaryen from "binaryen";
import { exportsOfCore } from "../../host/abi/contract.js";
import { writeFile } from "./cli-harness.js";

/** The core as it is built. */
export const coreModule = fileURLToPath(new URL("../../../sip-failover.wasm", import.meta.url));

type ExportName = keyof typeof exportsOfCore;

const types = { u32: binaryen.i32, i32: binaryen.i32, address: binaryen.i32, time: binaryen.i64 };

/** An export with another body, which may call the one before. */
const replace = (
  module: binaryen.Module,
  name: ExportName,
  body: (former: string, parameters: readonly binaryen.ExpressionRef[]) => binaryen.ExpressionRef,
): void => {
  const { parameters, result } = exportsOfCore[name];
  const kinds = Object.values<"u32" | "time">(parameters).map((kind) => types[kind]);
  const former = binaryen.getExportInfo(module.getExport(name)).value;
  const values = kinds.map((type, index) => module.local.get(index, type));
  const resultType = result === "void" ? binaryen.none : types[result];
  module.removeExport(name);
  module.addFunction(`other_${name}`, binaryen.createType(kinds), resultType, [], body(former, values));
  module.addFunctionExport(`other_${name}`, name);
};

/** Writes a module that is the core but for a change; its path. */
const changed = (folder: string, file: string, change: (module: binaryen.Module) => void): string => {
  const module = binaryen.readBinary(readFileSync(coreModule));
  module.setFeatures(binaryen.Features.MVP);
  change(module);
  const path = writeFile(folder, file, module.emitBinary());
  module.dispose();
  return path;
};

/** A core that is never done with octets which are exactly so many. */
export const endlessCore = (folder: string, octets: number): string =>
  changed(folder, "endless.wasm", (module) => {
    replace(module, "flow_bytes", (former, parameters) => {
      const [, , length = 0] = parameters;
      return module.block(null, [
        module.if(
          module.i32.eq(length, module.i32.const(octets)),
          module.loop("forever", module.br("forever")),
        ),
        module.call(former, [...parameters], binaryen.i32),
      ]);
    });
  });

/** A core that says it speaks another version of the contract. */
export const otherContract = (folder: string, version: number): string =>
  changed(folder, "contract.wasm", (module) => {
    replace(module, "contract_version", () => module.i32.const(version));
  });

/** A core without an export. */
export const coreWithout = (folder: string, name: ExportName): string =>
  changed(folder, "lacking.wasm", (module) => {
    module.removeExport(name);
  });

/** A core whose export takes other parameters. */
export const coreWithOther = (folder: string, name: ExportName): string =>
  changed(folder, "parameters.wasm", (module) => {
    module.removeExport(name);
    module.addFunction("other", binaryen.createType([binaryen.f64]), binaryen.none, [], module.nop());
    module.addFunctionExport("other", name);
  });

/** A core that wants something of its host. */
export const importingCore = (folder: string): string =>
  changed(folder, "importing.wasm", (module) => {
    module.addFunctionImport("clock", "env", "clock", binaryen.none, binaryen.i32);
  });

/** A core that begins with so many pages of memory. */
export const largeCore = (folder: string, pages: number): string =>
  changed(folder, "large.wasm", (module) => {
    module.setMemory(pages, pages);
  });

/** The first octets of the core. */
export const cutCore = (folder: string, octets: number): string =>
  writeFile(folder, "cut.wasm", readFileSync(coreModule).subarray(0, octets));
