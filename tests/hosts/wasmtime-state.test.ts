import { before, describe, it } from "node:test";
import { buildFastModule, fastModule } from "../../scripts/native.js";
import { buildWasmtime } from "../../scripts/wasmtime.js";
import { Daemon } from "./native-daemon.js";
import { showsStateLater } from "./native-site.js";

describe("the program with wasmtime", () => {
  let program = "";
  before(() => {
    program = buildWasmtime();
    buildFastModule();
  });

  it("writes its state as soon as the folder can be written", async () => {
    await showsStateLater((words) => new Daemon(["--module", fastModule, ...words], [], program));
  });
});
