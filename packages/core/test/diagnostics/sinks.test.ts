import { execFile } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { channelSink, type DiagnosticsEvent, diagnosticsChannelName, jsonLinesSink } from "../../src/index.js";
import { sampleEvents } from "./sample-events.js";

const folder = mkdtempSync(join(tmpdir(), "larder-sinks-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function linesIn(text: string): unknown[] {
  expect(text.endsWith("\n")).toBe(true);
  return text
    .slice(0, -1)
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
}

describe("the channel sink", () => {
  test("publishes every event to whoever subscribes", async () => {
    const events = await sampleEvents("all");
    const seen: unknown[] = [];
    const listener = (message: unknown) => void seen.push(message);
    const sink = channelSink();
    sink.write(events[0]!);
    subscribe(diagnosticsChannelName, listener);
    for (const event of events) sink.write(event);
    unsubscribe(diagnosticsChannelName, listener);
    sink.write(events[0]!);
    expect(diagnosticsChannelName).toBe("larder:cache");
    expect(seen).toEqual(events);
  });
});

describe("the sink of JSON lines", () => {
  test("writes each event as a line at the end of a file, in order, for its owner alone", async () => {
    const path = join(folder, "events.jsonl");
    const events = await sampleEvents("all");
    for (const part of [events.slice(0, 4), events.slice(4)]) {
      const sink = jsonLinesSink(path);
      for (const event of part) {
        sink.write(event);
        await sink.flush();
      }
      await sink.close();
    }
    expect(linesIn(readFileSync(path, "utf8"))).toEqual(events);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("keeps the order of very many events, written while it writes", async () => {
    const path = join(folder, "many.jsonl");
    const sink = jsonLinesSink(path);
    const [event] = await sampleEvents("all");
    for (let i = 0; i < 5000; i++) {
      sink.write({ ...event!, at: i });
      if (i % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await sink.close();
    expect(linesIn(readFileSync(path, "utf8")).map((line) => (line as DiagnosticsEvent).at)).toEqual(
      Array.from({ length: 5000 }, (_, i) => i),
    );
  });

  test("counts what it could not write, and goes on when the file can be written again", async () => {
    const path = join(folder, "later", "events.jsonl");
    const [event] = await sampleEvents("all");
    const sink = jsonLinesSink(path);
    sink.write(event!);
    sink.write(event!);
    await sink.flush();
    expect(sink.dropped).toBe(2);
    mkdirSync(join(folder, "later"));
    sink.write(event!);
    await sink.close();
    expect(sink.dropped).toBe(2);
    expect(linesIn(readFileSync(path, "utf8"))).toEqual([event]);
    sink.write(event!);
    expect(sink.dropped).toBe(3);
  });

  test("survives a stream that fails or is destroyed, counting what was lost", async () => {
    const [event] = await sampleEvents("all");
    let writes = 0;
    const failing = new Writable({
      write(_chunk, _encoding, callback) {
        writes++;
        callback(new Error("broken pipe"));
      },
    });
    const sink = jsonLinesSink(failing);
    sink.write(event!);
    await sink.flush();
    sink.write(event!);
    await sink.close();
    expect([sink.dropped, writes]).toEqual([2, 1]);

    const stuck = new Writable({ write() {} });
    const other = jsonLinesSink(stuck);
    other.write(event!);
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    stuck.destroy();
    await other.close();
    expect(other.dropped).toBe(1);
  });

  test("drops events, with a count, where a stream takes them too slowly", async () => {
    const [event] = await sampleEvents("all");
    const taken: string[] = [];
    const slow = new Writable({
      write(chunk, _encoding, callback) {
        taken.push(String(chunk));
        setImmediate(callback);
      },
    });
    const line = `${JSON.stringify(event)}\n`;
    const sink = jsonLinesSink(slow, { bufferLimitCharacters: line.length * 10 });
    for (let i = 0; i < 25; i++) sink.write(event!);
    await sink.flush();
    expect(sink.dropped).toBe(15);
    sink.write(event!);
    await sink.close();
    expect(taken.join("")).toBe(line.repeat(11));
    expect(slow.writableEnded).toBe(false);
  });
});

describe("the OpenTelemetry sink", () => {
  test("moves counters and gauges of the real metrics SDK by what this thread did, until it is closed", async () => {
    const program = fileURLToPath(new URL("./programs/measure-a-cache.ts", import.meta.url));
    const node = ["--conditions=larder-source", "--import", "tsx", program];
    const env = { ...process.env, NODE_OPTIONS: "" };
    const { stdout } = await promisify(execFile)(process.execPath, node, { env });
    const { open, closed } = JSON.parse(stdout) as Record<"open" | "closed", Record<string, unknown[]>>;
    const attributes = { cache: "/tmp/c", kind: "plan" };
    expect(open).toEqual({
      "larder.cache.hits": [[4, attributes]],
      "larder.cache.misses": [[2, attributes]],
      "larder.cache.stale_hits": [[2, attributes]],
      "larder.cache.sets": [[2, attributes]],
      "larder.cache.deletes": [[2, attributes]],
      "larder.cache.evictions": [[2, attributes]],
      "larder.cache.expirations": [[2, attributes]],
      "larder.cache.stampedes_avoided": [[2, attributes]],
      "larder.cache.early_refreshes": [[2, attributes]],
      "larder.cache.warnings": [[2, { ...attributes, code: "backend-failed" }]],
      "larder.cache.entries": [[3, attributes]],
      "larder.cache.size_bytes": [[4096, attributes]],
      "larder.cache.reserved_bytes": [[512, attributes]],
    });
    expect(closed).toEqual(open);
  });
});
