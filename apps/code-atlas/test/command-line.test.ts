import { availableParallelism } from "node:os";
import { afterEach, expect, it, vi } from "vitest";
import { readCommandLine } from "../src/command-line.js";

afterEach(() => {
  vi.restoreAllMocks();
});

it("looks at the repository it belongs to unless another is named", () => {
  expect(readCommandLine([], "/base", "/home")).toEqual({
    root: "/home",
    json: false,
    cacheDirectory: "/base/.cache/larder-atlas",
    processes: availableParallelism(),
    include: [],
    exclude: [],
    dependencies: true,
    top: 10,
  });
  const args = [
    "other",
    "--json",
    "--cache",
    "c",
    "--processes",
    "3",
    "--top",
    "5",
    "--tables",
    "t",
    "--no-dependencies",
  ];
  expect(
    readCommandLine([...args, "--include", "a/**", "--include", "b/**", "--exclude", "c"], "/base", "/home"),
  ).toEqual({
    root: "/base/other",
    json: true,
    cacheDirectory: "/base/c",
    processes: 3,
    include: ["a/**", "b/**"],
    exclude: ["c"],
    dependencies: false,
    top: 5,
    tables: "/base/t",
  });
});

it.each([
  [["--processes", "0"], "--processes needs a whole number from 1 to 256, and it is '0'. See --help."],
  [["--processes", "1e2"], "--processes needs a whole number from 1 to 256, and it is '1e2'. See --help."],
  [["--top", "many"], "--top needs a whole number from 1 to 1000, and it is 'many'. See --help."],
  [["--cache", ""], "--cache needs a path, and it is empty. See --help."],
  [["--exclude", ""], "--exclude needs a glob, and it is empty. See --help."],
  [["--nonsense"], "Unknown option '--nonsense'. See --help."],
  [["one", "two"], /^Too many arguments.* See --help\.$/],
])("refuses %j", (args, message) => {
  expect(() => readCommandLine(args, "/base", "/home")).toThrowError(
    expect.objectContaining({
      code: "bad-option",
      message: typeof message === "string" ? message : expect.stringMatching(message),
    }),
  );
});

it("explains itself, with examples", () => {
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  expect(readCommandLine(["--help"], "/base", "/home")).toBeUndefined();
  const text = write.mock.calls.map(([part]) => String(part)).join("");
  expect(text).toContain("Examples");
  expect(text).toContain("--tables");
});
