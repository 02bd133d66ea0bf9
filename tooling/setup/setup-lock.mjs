import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/**
 * Runs `work` while no other process sets up the same repository. A lock whose owner is dead is taken over.
 *
 * The lock is `.cache/setup.lock`, outside node_modules, which the work may replace.
 *
 * @template T
 * @param {string} root
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withSetupLock(root, work) {
  mkdirSync(join(root, ".cache"), { recursive: true });
  const path = join(root, ".cache", "setup.lock");
  const owner = JSON.stringify({ pid: process.pid, start: processStart(process.pid), host: hostname() });
  await acquire(path, owner);
  const release = () => {
    if (readLock(path) === owner) rmSync(path, { force: true });
  };
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

async function acquire(path, owner) {
  // Written whole under another name and then linked: nobody ever reads half a lock.
  const candidate = `${path}.${process.pid}`;
  writeFileSync(candidate, owner);
  try {
    let told = false;
    for (;;) {
      try {
        linkSync(candidate, path);
        return;
      } catch (error) {
        if (error.code !== "EEXIST") throw error;
      }
      const held = readLock(path);
      if (held === undefined) continue;
      if (isDead(held)) {
        takeAway(path, held);
        continue;
      }
      if (!told) process.stderr.write(`Waiting: process ${JSON.parse(held).pid} is setting up this repository.\n`);
      told = true;
      await wait(100);
    }
  } finally {
    rmSync(candidate, { force: true });
  }
}

/** Removes the lock of a dead owner, and no other: what was renamed away turns out to be alive goes back. */
function takeAway(path, dead) {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
    if (readFileSync(aside, "utf8") !== dead) linkSync(aside, path);
  } catch (error) {
    if (error.code !== "ENOENT" && error.code !== "EEXIST") throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function readLock(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

function isDead(held) {
  let owner;
  try {
    owner = JSON.parse(held);
  } catch {
    return true;
  }
  if (owner.host !== hostname()) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return error.code === "ESRCH";
  }
  // The number may have gone to another process since.
  return owner.start !== undefined && owner.start !== processStart(owner.pid);
}

/** When the process began, in clock ticks since boot; undefined where there is no /proc. */
function processStart(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command name, in parentheses, may hold blanks.
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
