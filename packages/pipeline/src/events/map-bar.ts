import pc from "picocolors";
import type { LineWriter } from "../cache-lines.js";
import { counted } from "../map/counted.js";
import type { MapProgress } from "../map/map-progress.js";

/** Draws how far maps have come, in the last line of a terminal. */
export interface MapBar {
  /** Writes lines above the bar. */
  readonly above: LineWriter;
  update(progress: MapProgress): void;
  /** A map has ended. */
  remove(output: string): void;
  /** Leaves nothing of it. */
  close(): void;
}

/** Milliseconds a map must have run, so that short ones don't flicker. */
const patienceMs = 500;
const barCells = 10;
const clear = "\r\x1b[K";
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

interface Shown extends MapProgress {
  /** When it was told of first. */
  readonly since: number;
  /** Items made in a second. Those that were found say nothing of how fast it is. */
  readonly rate: number;
}

/** `undefined` where there is no terminal. The cursor stays as it is, so that nothing has to bring it back. */
export function createMapBar(
  writer: LineWriter,
  env: NodeJS.ProcessEnv = process.env,
  now: () => number = () => performance.now(),
): MapBar | undefined {
  if (writer.isTTY !== true || env.TERM === "dumb") return undefined;
  const colour = pc.createColors(!env.NO_COLOR);
  const maps = new Map<string, Shown>();
  let drawn = false;

  function draw(): void {
    const time = now();
    const shown = [...maps.values()].filter(({ since }) => time - since >= patienceMs);
    const [first] = shown;
    if (first === undefined) {
      erase();
      return;
    }
    if (!drawn) listen();
    const width = Math.max(20, (writer.columns || 80) - 1);
    writer.write(`${clear}${colour.dim("[CACHE]")} ${barLine(first, shown.length - 1, width - "[CACHE] ".length)}`);
    drawn = true;
  }

  function erase(): void {
    if (!drawn) return;
    drawn = false;
    process.off("exit", erase);
    for (const signal of signals) process.off(signal, onSignal);
    writer.write(clear);
  }

  function listen(): void {
    process.on("exit", erase);
    // Before those who print something about it.
    for (const signal of signals) process.prependListener(signal, onSignal);
  }

  function onSignal(signal: NodeJS.Signals): void {
    maps.clear();
    erase();
    // Who else listens decides what a signal means. Alone, what it would have meant without us has to follow.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  }

  return {
    above: {
      isTTY: true,
      write(text) {
        if (drawn) writer.write(clear);
        writer.write(text);
        if (drawn) draw();
      },
    },
    update(progress) {
      const time = now();
      const { since = time } = maps.get(progress.output) ?? {};
      const rate = time > since ? ((progress.done - progress.hits) * 1000) / (time - since) : 0;
      maps.set(progress.output, { ...progress, since, rate });
      draw();
    },
    remove(output) {
      if (maps.delete(output) && drawn) draw();
    },
    close() {
      maps.clear();
      erase();
    },
  };
}

/** Progress in one line of at most `cells`. What matters less is left out where there is no room. */
function barLine({ output, done, total, failed, rate }: Shown, others: number, cells: number): string {
  const share = total === 0 ? 1 : done / total;
  const full = Math.floor(share * barCells);
  const bar = `${"━".repeat(full)}${"─".repeat(barCells - full)} ${Math.floor(share * 100)} %`;
  const extras = [
    `${counted(done)} of ${counted(total)}`,
    ...(rate >= 1 ? [`${counted(Math.round(rate))}/s`] : []),
    ...(failed > 0 ? [`${counted(failed)} failed`] : []),
    ...(others > 0 ? [`${others} more`] : []),
  ];
  const name = output.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
  for (let kept = extras.length; kept > 0; kept--) {
    const line = `${name} ${bar} ${extras.slice(0, kept).join(" · ")}`;
    if (line.length <= cells) return line;
  }
  return bar;
}
