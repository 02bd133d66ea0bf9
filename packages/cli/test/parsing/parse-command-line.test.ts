import { describe, expect, it } from "vitest";
import { commands } from "../../src/commands/commands.js";
import { parseCommandLine } from "../../src/parsing/parse-command-line.js";

const parse = (line: string) => parseCommandLine(line.split(" ").filter(Boolean), commands);

async function refusal(line: string): Promise<string> {
  return parse(line).then(
    () => "accepted",
    (error: Error) => error.message,
  );
}

describe("the command line", () => {
  it("takes arguments and options in any order, and several forms of options", async () => {
    const forms = [
      "head people --rows 5 -c a,b -d x",
      "head --rows=5 people --columns a,b --directory=x",
      "head -r5 -ca,b -dx people",
      "head -d x -c a,b -r 5 -- people",
      "--json head people -r 5 -c a,b -d x",
    ];
    for (const form of forms) {
      const line = await parse(form);
      if (line.asks !== "run") throw new Error(form);
      expect(line.command.name).toBe("head");
      const { given } = line;
      expect([given.argument("entry"), given.number("rows"), given.text("columns"), given.text("directory")]).toEqual([
        "people",
        5,
        "a,b",
        "x",
      ]);
      expect(given.has("json")).toBe(form.startsWith("--json"));
    }
  });

  it("reads sizes by powers of 1024, durations, and options that may be repeated", async () => {
    const config = await parse("cache config --max-size 100GB");
    expect(config.asks === "run" && config.given.number("max-size")).toBe(100 * 1024 ** 3);
    const cleanup = await parse("cache cleanup --older-than 30d");
    expect(cleanup.asks === "run" && cleanup.given.number("older-than")).toBe(30 * 86_400);
    const run = await parse("run x.ts -i a=1 --input b=2");
    expect(run.asks === "run" && run.given.list("input")).toEqual(["a=1", "b=2"]);
    const warm = await parse("cache warm s3://lab/x one two");
    expect(warm.asks === "run" && warm.given.argumentsOf("items")).toEqual(["one", "two"]);
  });

  it("names the nearest command, option or value for one that is misspelt", async () => {
    expect(await refusal("cache stast")).toMatch(/no command 'cache stast'.*Did you mean 'cache stats'\?/);
    expect(await refusal("hed people")).toMatch(/no command 'hed.*Did you mean 'head'\?/);
    expect(await refusal("cache verify --fxi")).toMatch(/no option --fxi.*Did you mean '--fix'\?/);
    expect(await refusal("run x.ts --mode wrokers")).toMatch(
      /one of local, workers, not 'wrokers'.*Did you mean 'workers'\?/,
    );
    expect(await refusal("--jsn")).toMatch(/no option --jsn.*Did you mean '--json'\?/);
  });

  it("refuses what is missing, too much, given twice or of the wrong kind, naming it", async () => {
    expect(await refusal("head")).toContain("needs <entry>");
    expect(await refusal("cache pin")).toContain("needs <item…>");
    expect(await refusal("head a b")).toContain("no use for 'b'");
    expect(await refusal("head a --rows")).toContain("--rows needs a value");
    expect(await refusal("head a --rows many")).toContain("--rows is a whole number, not 'many'");
    expect(await refusal("head a -r 1 -r 2")).toContain("--rows was given twice");
    expect(await refusal("cache verify --fix=yes")).toContain("--fix takes no value");
    expect(await refusal("cache config --max-size lots")).toContain("a size such as");
    expect(await refusal("cache cleanup --older-than 3moons")).toContain("a duration such as");
  });

  it("asks for help of the program, of a group and of a command, wherever --help stands", async () => {
    for (const line of ["", "--help", "-h", "help"])
      expect(await parse(line)).toEqual({ asks: "help", command: undefined });
    for (const line of ["cache", "cache --help", "help cache"])
      expect(await parse(line)).toEqual({ asks: "help", prefix: "cache" });
    for (const line of [
      "cache stats --help",
      "--help cache stats",
      "help cache stats",
      "cache -h stats",
      "cache stats -d x -h",
    ]) {
      expect(await parse(line), line).toMatchObject({ asks: "help", command: { name: "cache stats" } });
    }
    expect(await parse("--version")).toEqual({ asks: "version" });
  });

  it("accepts every example of the help", async () => {
    for (const { name, examples } of commands) {
      expect(examples.length, name).toBeGreaterThan(0);
      for (const { command } of examples) {
        const words = command
          .replace(/ (\||>>?) .*$/, "")
          .split(" ")
          .slice(1);
        const line = await parseCommandLine(words, commands);
        expect(line.asks === "run" && line.command.name, command).toBe(name);
      }
    }
  });
});
