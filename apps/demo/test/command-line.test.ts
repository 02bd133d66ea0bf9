import { describe, expect, it } from "vitest";
import { readCommandLine } from "../src/command-line.js";

const read = (...argv: string[]) => readCommandLine(argv, "/base");

describe("the command line", () => {
  it("asks for the story when nothing is said", () => {
    expect(read()).toEqual({ base: "/base", json: false, clear: false, inputs: {} });
  });

  it("takes paths from the folder the user is in", () => {
    const options = read("--data", "a.csv", "--directory", "../cache", "--report", "/tmp/r.html", "--backend", "b.ts");
    expect(options).toMatchObject({
      data: "/base/a.csv",
      directory: "/cache",
      report: "/tmp/r.html",
      backend: "/base/b.ts",
    });
  });

  it("reads an input as JSON when it is JSON, as text otherwise, and as a file by its marks", () => {
    const inputs = [
      "n=5",
      "t=hello world",
      "list=[1,2]",
      'quoted="@home"',
      "f=@data/x.csv",
      "g=file:y.csv",
      "u=file:///z.csv",
      "e=",
    ];
    const options = read("--pipeline", "p.ts", ...inputs.flatMap((text) => ["--input", text]));
    expect(options!.inputs).toEqual({
      n: { value: 5 },
      t: { value: "hello world" },
      list: { value: [1, 2] },
      quoted: { value: "@home" },
      f: { file: "/base/data/x.csv" },
      g: { file: "/base/y.csv" },
      u: { file: "/z.csv" },
      e: { value: "" },
    });
  });

  it("splits the names of outputs", () => {
    expect(read("--pipeline", "p.ts", "--outputs", "a, b")!.outputs).toEqual(["a", "b"]);
  });

  it.each([
    [["--nonsense"], /unknown option '--nonsense'/i],
    [["stray"], /too many arguments/i],
    [["--data"], /argument missing/i],
    [["--data", ""], "--data needs a path, and it is empty."],
    [["--input", "novalue"], "--input needs name=value, and it is 'novalue'."],
    [["--pipeline", "p.ts", "--data", "x.csv"], "--data belongs to the demo's own pipeline"],
    [["--outputs", "a"], "--outputs goes with --pipeline"],
    [["--pipeline", "p.ts", "--outputs", "a,,b"], "--outputs needs names with commas between them"],
  ])("refuses %j in one sentence that leads to --help", (argv, message) => {
    expect(() => read(...argv)).toThrow(message);
    try {
      read(...argv);
    } catch (error) {
      expect((error as Error).message).not.toContain("\n");
      expect((error as Error).message).toContain("See --help.");
    }
  });
});
