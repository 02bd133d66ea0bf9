// One operation of one contender, once, in this fresh process.
// Options: { contender, operation, variant?, touch?, preload?, folder, file, shape, rows, ids?, every, target? }
//   operation: full | two | head | middle | ids | rows | write; `variant` is another way of the contender's to do it
//   touch: read every field of every row before the clock stops
//   every: the answer looks at each n-th row
//
// The clock runs from the first use of the library to the result in hand. What the library needs is loaded before, and timed
// by itself; what is written is in memory before, in the form the contender takes most easily.
import { statSync } from "node:fs";
import { join } from "node:path";
import { answerOf } from "./answer.mjs";
import { kinds } from "./columns.mjs";
import { prepareContext } from "./context.mjs";
import { peakMegabytes } from "./peak-megabytes.mjs";

async function main() {
  const options = JSON.parse(process.argv[2]);
  const { contender, operation, variant = operation, shape, every } = options;
  const { load } = await import(`./contenders/${contender}.mjs`);
  const beforeLoading = performance.now();
  const operations = await load(options);
  const loadMilliseconds = performance.now() - beforeLoading;
  if (!operations[variant]) throw new Error(`${contender} has no way to do "${variant}"`);

  const context = await prepareContext(options);
  globalThis.gc?.();
  const heldMegabytes = process.memoryUsage.rss() / 1e6;
  const started = performance.now();
  const result = await operations[variant](context);
  if (options.touch) touchEveryField(result.rows, context.names);
  const milliseconds = performance.now() - started;
  const peak = peakMegabytes();

  const columns = Object.fromEntries(
    (operation === "two" ? context.two : context.names).map((name) => [name, kinds[shape][name]]),
  );
  const sortBy = operation === "ids" ? "id" : undefined;
  console.log(
    JSON.stringify({
      samples: { [contender]: [milliseconds] },
      peakMegabytes: peak,
      heldMegabytes,
      arrowMegabytes: statSync(join(options.folder, "table.arrow")).size / 1e6,
      loadMilliseconds,
      ...(operation === "write"
        ? { fileBytes: statSync(context.target).size }
        : { answer: answerOf(result, columns, { every, sortBy }) }),
    }),
  );
}

/** As a program that goes through all rows reads them: by name, in code that names the fields. */
function touchEveryField(rows, names) {
  const tests = names.map((name) => `if (row.${name} === undefined) missing += 1;`).join("\n");
  const missing = new Function("rows", `let missing = 0;\nfor (const row of rows) {\n${tests}\n}\nreturn missing;`)(
    rows,
  );
  if (missing > 0) throw new Error(`${missing} values are missing`);
}

main();
