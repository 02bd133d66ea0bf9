import { cacheCommands } from "./cache-commands.js";
import type { CommandSpec } from "./command.js";
import { folioCommands } from "./folio-commands.js";
import { pipelineCommands } from "./pipeline-commands.js";
import { programCommands } from "./program-commands.js";
import { tableCommands } from "./table-commands.js";

/** All commands of `larder`, in the order of its help. */
export const commands: readonly CommandSpec[] = [
  ...cacheCommands,
  ...folioCommands,
  ...tableCommands,
  ...pipelineCommands,
  ...programCommands,
];
