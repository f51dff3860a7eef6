import { resetDiagnostics } from "./diagnostics";
import { beginFile } from "./reader";
import { resetLint } from "./lint";
import { resetRecords } from "./records";
import { resetCells } from "./settings";

/** Forgets every file: all keys have their defaults. To be called before anything else of this room. */
export function resetSettings(): void {
  resetCells();
  resetRecords();
  resetDiagnostics();
  resetLint();
  beginFile(0);
}
