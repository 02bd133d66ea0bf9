import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { bundleProgram } from "./bundle-program.js";

/** What every thread is asked to get from its cache, at the same moment. */
export interface Question {
  /** Different for each question. */
  readonly number: number;
  readonly key: string;
  readonly ttlSeconds?: number;
  /** What computing is like. All but the last two wait for the gate to open. */
  readonly work: "value" | "fails" | "can't be stored" | "hangs at first" | "blocks";
  /** The file a computation adds a line to. */
  readonly log: string;
  /** The file whose being there lets computations end. */
  readonly gate: string;
  /** How long one that blocks its thread does so. */
  readonly blockMs: number;
}

/** What one thread got. */
export interface Answer {
  readonly value?: unknown;
  readonly error?: {
    readonly message: string;
    readonly code: string;
    readonly elsewhere: boolean;
    readonly facts: object;
  };
  readonly events: Readonly<Record<string, number>>;
}

/** Who computed, and when that began. */
export interface Computation {
  readonly pid: number;
  readonly threadId: number;
  readonly at: number;
}

/** A question that was put. */
export interface Asked {
  /** Lets computations end. */
  open(): void;
  /** The computations begun until now. */
  computations(): Computation[];
  /** Resolves with them when there are so many. */
  computationsAre(count: number): Promise<Computation[]>;
  /** Resolves when so many threads wait for another one. */
  waitedForBy(count: number): Promise<void>;
  /** Resolves with so many answers. */
  answers(count: number): Promise<Answer[]>;
}

/** Processes, each with some worker threads, each of which has a cache of its own on one directory. */
export interface Fleet {
  /** Puts a question to all threads. */
  ask(question: Partial<Question>): Asked;
  kill(pid: number): void;
  /** Ends one thread of a process, whatever it does. */
  terminate(pid: number, threadId: number): Promise<void>;
  /**
   * Ends all, and says how those ended that were not killed. Where a thread was terminated, a crash of the engine at the end
   * of its process is printed and counts as a good end.
   */
  end(): Promise<(number | string | null)[]>;
}

interface Member {
  readonly child: ChildProcess;
  readonly said: ({ readonly said: string; readonly number?: number } & Partial<Answer>)[];
  readonly ended: Promise<number | string | null>;
}

/** Starts a fleet; resolves when every thread has opened its cache. */
export async function startFleet(processes: number, threads: number): Promise<Fleet> {
  const parent = mkdtempSync(join(tmpdir(), "larder-stampede-"));
  const [program, thread] = await Promise.all([
    bundleProgram("stampede-process", parent),
    bundleProgram("stampede-thread", parent),
  ]);
  const args = [program, join(parent, "cache"), String(threads), thread];
  const members = Array.from({ length: processes }, () => startMember(args));
  const killed = new Set<Member>();
  const maimed = new Set<Member>();
  const heard = (said: string, number?: number) =>
    members.flatMap((member) => member.said.filter((message) => message.said === said && message.number === number));
  await until(() => heard("ready").length === processes * threads, members);
  let asked = 0;

  return {
    ask(question) {
      const number = asked++;
      const log = join(parent, `log-${number}`);
      const gate = join(parent, `gate-${number}`);
      const whole: Question = { number, key: `key ${number}`, work: "value", log, gate, blockMs: 0, ...question };
      for (const { child } of members) if (child.exitCode === null) child.stdin!.write(`${JSON.stringify(whole)}\n`);
      const computations = (): Computation[] =>
        existsSync(log)
          ? readFileSync(log, "utf8")
              .split("\n")
              .filter((line) => line !== "") // made, and not yet written to
              .map((line) => JSON.parse(line))
          : [];
      return {
        open: () => writeFileSync(gate, ""),
        computations,
        async computationsAre(count) {
          await until(() => computations().length >= count, members);
          return computations();
        },
        waitedForBy: (count) => until(() => heard("waiting", number).length >= count, members),
        async answers(count) {
          await until(() => heard("answer", number).length >= count, members);
          return heard("answer", number) as unknown as Answer[];
        },
      };
    },
    kill(pid) {
      const member = members.find(({ child }) => child.pid === pid)!;
      killed.add(member);
      member.child.kill("SIGKILL");
    },
    async terminate(pid, threadId) {
      const member = members.find(({ child }) => child.pid === pid)!;
      maimed.add(member);
      member.child.stdin!.write(`${JSON.stringify({ terminate: threadId })}\n`);
      await until(() => member.said.some(({ said }) => said === "terminated"), members);
    },
    async end() {
      const others = members.filter((member) => !killed.has(member));
      for (const { child } of others) child.stdin!.end(`${JSON.stringify("end")}\n`);
      const ends = await Promise.all(others.map(({ ended }) => ended));
      rmSync(parent, { recursive: true, force: true });
      return ends.map((end, number) => {
        // The engine may crash as a process ends in which a thread was terminated with the index open: lmdb-js #48, #203, #206.
        if (end !== "SIGSEGV" || !maimed.has(others[number]!)) return end;
        console.warn(
          "A process crashed at its very end, one of whose threads had been terminated with the index open.",
        );
        return 0;
      });
    },
  };
}

function startMember(args: readonly string[]): Member {
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const said: Member["said"] = [];
  createInterface({ input: child.stdout }).on("line", (line) => said.push(JSON.parse(line)));
  child.stdin.on("error", () => {}); // one that was killed reads no more
  const ended = new Promise<number | string | null>((resolve) => {
    child.on("close", (code, signal) => resolve(code ?? signal));
  });
  return { child, said, ended };
}

/** Looks again until something is true; fails when a process has ended by itself. */
async function until(condition: () => boolean, members: readonly Member[]): Promise<void> {
  while (!condition()) {
    const failed = members.find(({ child }) => child.exitCode !== null && child.exitCode !== 0);
    if (failed !== undefined) throw new Error(`A process ended with ${failed.child.exitCode}.`);
    await pause(2);
  }
}
