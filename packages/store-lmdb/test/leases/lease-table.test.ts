import { currentOwner, type LeaseClaim } from "@larder/core";
import { LmdbBackend } from "@larder/store-lmdb";
import { expect, test } from "vitest";
import { leasePlace, readLeaseRow, writeLeaseRow } from "../../src/leases/lease-row.js";
import { leaseTable } from "../../src/leases/lease-table.js";
import { type OpenStore, openStore } from "../../src/open-store.js";
import { cacheDirectory } from "../temporary-directory.js";

/** A clock that is moved by hand. */
function handClock() {
  const at = { now: 1_800_000_000_000, monotonic: 5_000_000 };
  return {
    now: () => at.now,
    monotonic: () => at.monotonic,
    /** Time goes by. */
    pass(milliseconds: number) {
      at.now += milliseconds;
      at.monotonic += milliseconds;
    },
    /** The time of day is set. */
    jump(milliseconds: number) {
      at.now += milliseconds;
    },
  };
}

async function withStore(use: (store: OpenStore) => Promise<void>): Promise<void> {
  const directory = cacheDirectory();
  const backend = new LmdbBackend({ directory });
  await backend.clear();
  const store = await openStore(directory, () => {});
  await use(store);
  await store.leave();
  await backend.close();
}

function granted(claim: LeaseClaim) {
  if (!claim.granted) throw new Error("The lease was not granted.");
  return claim.lease;
}

async function otherOwner(store: OpenStore, owner: string, name = "a"): Promise<void> {
  await store.batches.run(() => {
    const row = readLeaseRow(store.environment.leases, name, store.xxhash)!;
    writeLeaseRow(store.environment.leases, name, { ...row, owner }, store.xxhash);
  });
}

test("a lease is held until it is released, and what its owner said can be read afterwards", async () => {
  await withStore(async (store) => {
    const leases = leaseTable();
    const lease = granted(await leases.acquire(store, "a"));
    expect(leases.read(store, "a")).toEqual({ token: lease.token, owner: currentOwner(), condition: "held" });
    expect(await leases.acquire(store, "a")).toMatchObject({ granted: false, holder: { token: lease.token } });
    expect(await leases.renew(store, lease)).toBe(true);
    expect(await leases.release(store, lease, { kind: "stored" })).toBe(true);
    expect(leases.read(store, "a")).toMatchObject({ condition: "released", outcome: { kind: "stored" } });
    expect(await leases.release(store, lease)).toBe(false);
    expect(await leases.renew(store, lease)).toBe(false);
    const next = granted(await leases.acquire(store, "a"));
    expect(next.token).not.toBe(lease.token);
    expect(await leases.release(store, lease)).toBe(false);
    expect(leases.read(store, "a")).toEqual({ token: next.token, owner: currentOwner(), condition: "held" });
    expect(leases.read(store, "b")).toBeUndefined();
  });
});

test("a lease with a time of its own ends after it, however the time of day is set meanwhile", async () => {
  await withStore(async (store) => {
    const clock = handClock();
    const leases = leaseTable(clock);
    const lease = granted(await leases.acquire(store, "a", { expiresAfterMs: 1_000 }));
    clock.jump(86_400_000);
    expect((await leases.acquire(store, "a")).granted).toBe(false);
    clock.jump(-2 * 86_400_000);
    clock.pass(999);
    expect((await leases.acquire(store, "a")).granted).toBe(false);
    expect(await leases.renew(store, lease)).toBe(true);
    clock.pass(999);
    expect(leases.read(store, "a")?.condition).toBe("held");
    clock.pass(1);
    expect(leases.read(store, "a")?.condition).toBe("lost");
    expect(await leases.renew(store, lease)).toBe(false);
    expect(await leases.release(store, lease)).toBe(false);
    granted(await leases.acquire(store, "a"));
  });
});

test("the lease of an owner that can't be told alive or dead lasts 60 s, also after its clock was put back", async () => {
  await withStore(async (store) => {
    const clock = handClock();
    const leases = leaseTable(clock);
    for (const jump of [0, -40_000]) {
      granted(await leases.acquire(store, "a"));
      await otherOwner(store, "00000000-00000000-00000000-1-1-t1-1");
      clock.pass(59_999);
      expect(leases.read(store, "a")?.condition).toBe("held");
      clock.jump(jump);
      clock.pass(1 - 2 * jump);
      expect(leases.read(store, "a")?.condition).toBe("lost");
    }
    granted(await leases.acquire(store, "a"));
    await otherOwner(store, "no name of an owner");
    expect(leases.read(store, "a")?.condition).toBe("held");
  });
});

test("the lease of a dead owner is lost although its time is not over", async () => {
  await withStore(async (store) => {
    const leases = leaseTable();
    granted(await leases.acquire(store, "a", { expiresAfterMs: 1e9 }));
    await otherOwner(store, currentOwner().replace(/-t.*$/, "-t1-1"));
    expect(leases.read(store, "a")?.condition).toBe("lost");
    granted(await leases.acquire(store, "a"));
  });
});

test("a damaged row is no lease, and one row is not taken for another's", async () => {
  await withStore(async (store) => {
    const leases = leaseTable();
    granted(await leases.acquire(store, "a"));
    await store.batches.run(() => {
      const row = Buffer.from(store.environment.leases.read(leasePlace("a"))!);
      store.environment.leases.write(leasePlace("b"), row);
      const damaged = Buffer.from(row);
      damaged[40]! ^= 1;
      store.environment.leases.write(leasePlace("a"), damaged);
    });
    expect(leases.read(store, "a")).toBeUndefined();
    expect(leases.read(store, "b")).toBeUndefined();
    granted(await leases.acquire(store, "a"));
    granted(await leases.acquire(store, "b"));
  });
});

test("leases that have ended are forgotten after a while, so that the table does not grow with the names", async () => {
  await withStore(async (store) => {
    const clock = handClock();
    const leases = leaseTable(clock);
    granted(await leases.acquire(store, "kept"));
    for (let i = 0; i < 600; i++) {
      const lease = granted(await leases.acquire(store, `compute:${i}`));
      await leases.release(store, lease, { i });
      expect(leases.read(store, `compute:${i}`)?.outcome).toEqual({ i });
      clock.pass(1_000);
    }
    store.environment.refresh();
    expect(store.environment.leases.keysIn({ limit: 1_000 }).length).toBeLessThan(150);
    expect(leases.read(store, "kept")?.condition).toBe("held");
    expect(leases.read(store, "compute:580")?.outcome).toEqual({ i: 580 });
  });
});

test("any name is a name of its own, and a time that is none is refused", async () => {
  await withStore(async (store) => {
    const leases = leaseTable();
    for (const name of ["", "\ud800", "\ufffd", "x".repeat(5_000), `${"x".repeat(4_999)}y`]) {
      granted(await leases.acquire(store, name));
      expect(leases.read(store, name)?.condition).toBe("held");
    }
    for (const expiresAfterMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(leases.acquire(store, "z", { expiresAfterMs })).rejects.toThrow(RangeError);
    }
  });
});
