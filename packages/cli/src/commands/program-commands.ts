import type { CommandSpec } from "./command.js";

/** What is about the program itself. */
export const programCommands: readonly CommandSpec[] = [
  {
    name: "completion",
    summary: "a script that lets a shell complete commands and options",
    arguments: [{ name: "shell", summary: "bash, zsh or fish" }],
    examples: [
      { command: "larder completion bash >> ~/.bashrc", does: "bash" },
      { command: "larder completion zsh > ~/.zfunc/_larder", does: "zsh, with ~/.zfunc in fpath" },
      { command: "larder completion fish > ~/.config/fish/completions/larder.fish", does: "fish" },
    ],
    load: () => import("./completion.js"),
  },
];
