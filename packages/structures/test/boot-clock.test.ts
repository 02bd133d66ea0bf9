import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { systemBootClock } from "@larder/structures";
import { expect, test } from "vitest";

test("the steady clock of another process is this one's, to the moment", (ctx) => {
  if (!existsSync("/proc/sys/kernel/random/boot_id")) ctx.skip("needs Linux");
  for (let i = 0; i < 3; i++) {
    const before = systemBootClock.steady();
    const { stdout } = spawnSync(process.execPath, ["-p", "Number(process.hrtime.bigint()) / 1e6"], {
      encoding: "utf8",
    });
    const after = systemBootClock.steady();
    expect(Number(stdout)).toBeGreaterThan(before);
    expect(Number(stdout)).toBeLessThan(after);
  }
});

test("the name of a boot is letters and digits, as keys need it", () => {
  expect(systemBootClock.bootId).toMatch(/^[0-9a-z]+$/);
});
