import { Core, desktopModule } from "../abi/core.js";
import { loadConfiguration } from "./configuration.js";
import type { ConfigurationOptions, LoadedConfiguration } from "./configuration.js";

/** Reads a configuration as a phone would, and says what is wrong with it. Nothing is started. */
export const check = (options: ConfigurationOptions): LoadedConfiguration =>
  loadConfiguration(new Core(desktopModule()), options);
