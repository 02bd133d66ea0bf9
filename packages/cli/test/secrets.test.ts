import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runLarder } from "./harness/run-larder.js";
import { slowServer } from "./harness/slow-server.js";
import { workingFolder } from "./harness/working-folder.js";

const planted = ["hunter2-password", "AKIA-planted", "planted-secret-key", "planted-session", "planted-signature"];

const env = {
  AWS_ACCESS_KEY_ID: planted[1]!,
  AWS_SECRET_ACCESS_KEY: planted[2]!,
  AWS_SESSION_TOKEN: planted[3]!,
  AWS_ENDPOINT_URL: "http://127.0.0.1:9",
};

/** Every text in the files below a folder. */
async function textsBelow(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return (await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), "latin1")))).join(
    "\n",
  );
}

describe("credentials", () => {
  it("are never printed, nor written anywhere, whatever fails", async () => {
    const cwd = await workingFolder();
    await writeFile(join(cwd, "notes.json"), "1");
    expect((await runLarder(["add", "lab", "notes", "notes.json"], { cwd })).exitCode).toBe(0);
    const host = (await slowServer(cwd)).replace("http://", "");
    const address = `http://maria:${planted[0]}@${host}/lab`;
    const signed = `http://${host}/absent?X-Amz-Signature=${planted[4]}`;
    const lines = [
      ["list", address],
      ["get", address, "notes"],
      ["cache", "warm", address],
      ["get", address, "absent"],
      ["cache", "list", address],
      ["cache", "clear", address, "--dry-run"],
      ["cache", "pin", "notes", "-b", address],
      ["head", "notes", "-b", address],
      ["list", signed],
      ["list", "s3://lab/x"],
      ["add", "s3://lab/x", "notes", "notes.json"],
      ["config"],
      ["cache", "config", "--max-size", "1GB"],
      ["cache", "stats"],
      ["cache", "list"],
      ["cache", "status", "notes"],
    ];
    const told: string[] = [];
    for (const line of lines) {
      const run = await runLarder([...line, ...(line.length % 2 === 0 ? ["--json"] : [])], { cwd, env });
      told.push(`${line[0]}: ${run.stdout}\n${run.stderr}`);
    }
    expect(told[0]).toContain("notes");
    const everything = `${told.join("\n")}\n${await textsBelow(cwd)}`;
    for (const secret of planted) expect(everything).not.toContain(secret);
  });
});
