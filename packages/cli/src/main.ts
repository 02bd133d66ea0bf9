import pc from "picocolors";
import { type CommandSpec, exitCodes } from "./commands/command.js";
import type { Surroundings } from "./commands/command-context.js";
import { commands } from "./commands/commands.js";
import { type Interrupts, watchInterrupts } from "./interrupts.js";
import type { Given } from "./parsing/given.js";
import { type CommandLine, parseCommandLine } from "./parsing/parse-command-line.js";

/** What a process has around it. */
export function surroundingsOfProcess(): Surroundings {
  const { stdin, stdout, stderr, env } = process;
  return { directory: process.cwd(), environment: env, stdin, stdout, stderr, now: () => Date.now() };
}

/**
 * Does what a command line of `larder` says, as the program does: answers go to stdout, remarks and errors to stderr.
 *
 * While it runs, SIGINT, SIGTERM and SIGHUP end the command: it gives back what it holds, and at the second signal, or after
 * some seconds, the process ends as it would have at the first.
 *
 * @param argv - the words behind `larder`
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage, 3 problems found, 130 interrupted (143 and 129 after SIGTERM and SIGHUP)
 */
export async function larder(
  argv: readonly string[],
  surroundings: Surroundings = surroundingsOfProcess(),
): Promise<number> {
  const interrupts = watchInterrupts(surroundings);
  try {
    const line = await parseCommandLine(argv, commands);
    return await answer(line, surroundings, interrupts);
  } catch (error) {
    if (interrupts.exitCode !== undefined) return interrupts.exitCode;
    const { tellError } = await import("./failures/tell-error.js");
    return tellError(error, {
      json: argv.includes("--json"),
      colours: coloursFor(argv, surroundings.stderr, surroundings),
      surroundings,
    });
  } finally {
    interrupts.release();
  }
}

async function answer(line: CommandLine, surroundings: Surroundings, interrupts: Interrupts): Promise<number> {
  if (line.asks === "run") return runCommand(line.command, line.given, surroundings, interrupts);
  if (line.asks === "version") {
    const { versionOfProgram } = await import("./version.js");
    surroundings.stdout.write(`${versionOfProgram()}\n`);
    return exitCodes.done;
  }
  const { helpOf } = await import("./help/help-text.js");
  const width = surroundings.stdout.isTTY === true ? (surroundings.stdout.columns ?? 80) : 100;
  surroundings.stdout.write(helpOf(line, commands, Math.min(width, 120)));
  return exitCodes.done;
}

async function runCommand(
  command: CommandSpec,
  given: Given,
  surroundings: Surroundings,
  interrupts: Interrupts,
): Promise<number> {
  const [{ output }, module] = await Promise.all([import("./output/output.js"), command.load()]);
  const json = given.has("json");
  const colours = coloursFor(given.has("no-color") ? ["--no-color"] : [], surroundings.stdout, surroundings);
  const context = { given, output: output(surroundings, { json, colours }), signal: interrupts.signal, surroundings };
  const exitCode = await Promise.race([module.run(context), interrupts.overdue]);
  return interrupts.exitCode ?? exitCode;
}

/** Colours where a person looks at it, and did not ask for none. https://no-color.org */
function coloursFor(argv: readonly string[], stream: NodeJS.WriteStream, { environment }: Surroundings) {
  const wanted = stream.isTTY === true && !environment.NO_COLOR && environment.TERM !== "dumb";
  return pc.createColors(wanted && !argv.includes("--no-color"));
}
