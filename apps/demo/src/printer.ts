import { createColors } from "picocolors";

/** Prints for a person: on stdout, or on stderr when stdout is for one JSON document. */
export interface Printer {
  line(text?: string): void;
  heading(text: string): void;
  /** Less important. */
  soft(text: string): void;
  /** The JSON document; nothing when stdout is for people. */
  document(value: unknown): void;
}

/** Colours only on a terminal, and not with NO_COLOR. */
export function printer(json: boolean): Printer {
  const stream = json ? process.stderr : process.stdout;
  const noColor = process.env.NO_COLOR !== undefined && process.env.NO_COLOR !== "";
  const colors = createColors(stream.isTTY === true && !noColor && process.env.TERM !== "dumb");
  const line = (text = "") => {
    stream.write(`${text}\n`);
  };
  return {
    line,
    heading: (text) => line(colors.bold(text)),
    soft: (text) => line(colors.dim(text)),
    document(value) {
      if (json) process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
    },
  };
}
