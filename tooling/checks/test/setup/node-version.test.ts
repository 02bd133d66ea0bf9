import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { oldestNode, requireNode } from "../../../setup/node-version.mjs";

function said(version: string): { accepted: boolean; text: string } {
  let text = "";
  const spy = vi.spyOn(process.stderr, "write").mockImplementation((part) => {
    text += String(part);
    return true;
  });
  onTestFinished(() => spy.mockRestore());
  return { accepted: requireNode(version), text };
}

describe("requireNode", () => {
  it.each(["18.20.4", "20.18.9", "20.9.0"])("refuses Node %s in one sentence that says what to do", (version) => {
    const { accepted, text } = said(version);
    expect(accepted).toBe(false);
    expect(text).toContain(`needs Node 20.19 or later, and this is Node ${version}`);
  });

  it.each(["20.19.0", "20.20.2", "22.0.0", "24.1.0"])("accepts Node %s silently", (version) => {
    expect(said(version)).toEqual({ accepted: true, text: "" });
  });

  it("asks for what the root package.json asks for", () => {
    const manifest = fileURLToPath(new URL("../../../../package.json", import.meta.url));
    expect(JSON.parse(readFileSync(manifest, "utf8")).engines.node).toBe(`>=${oldestNode.join(".")}`);
  });
});
