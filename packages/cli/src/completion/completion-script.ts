import type { CommandSpec } from "../commands/command.js";
import { bashScript } from "./bash-script.js";
import { fishScript } from "./fish-script.js";
import { zshScript } from "./zsh-script.js";

/** A script that completes commands, options and their values in a shell; it needs no program when it runs. */
export function completionScript(shell: "bash" | "zsh" | "fish", commands: readonly CommandSpec[]): string {
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](commands);
}
