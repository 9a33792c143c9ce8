/** The Compose side: read a project, decide how each service is released, render what the host runs. */
export { serviceFacts, type ImageHealth } from "./facts";
export { specHash } from "./hash";
export { loadCompose, type LoadedCompose, type LoadOptions } from "./load";
export type * from "./model";
export { COLOURS, renderedName, switchName, type Colour } from "./names";
export { renderColour, type ColourOptions } from "./renderColour";
export { renderFile, secretEnvironment } from "./renderFile";
export {
  renderSwitch,
  SWITCH_CONFIG_DIRECTORY,
  SWITCH_OPEN_FILES,
  SWITCH_RUN_DIRECTORY,
  type SwitchOptions,
} from "./renderSwitch";
