import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { CacheBackend } from "../backend.js";
import type { Lease, LeaseClaim, LeaseOptions, LeaseState, Leases } from "../capabilities/index.js";
import { currentOwner } from "../owner.js";
import type { Ground } from "./ground.js";
import { sampleBytes } from "./sample-blobs.js";
import type { TestDefinition } from "./test-definition.js";

/** For backends with leases. Each lease begins with the prefix of the test, and is given back. */
export const leaseTests: readonly TestDefinition[] = [
  {
    name: "a lease that nobody holds is granted, and refused while it is held, to its holder too",
    brief: true,
    capability: "leases",
    async run(ground) {
      assert.equal(await leases(ground).readLease(ground.prefix), undefined, "a lease that nobody ever had");
      const lease = await expectGranted(ground, "l");
      assert.equal(lease.name, `${ground.prefix}l`);
      for (let again = 0; again < 2; again++) {
        const claim = await acquire(ground, "l");
        assert.ok(!claim.granted, "a lease that is held was granted again");
        expectState(claim.holder, { token: lease.token, condition: "held" }, "the holder, as one refused is told");
      }
      const state = await leases(ground).readLease(lease.name);
      expectState(state, { token: lease.token, condition: "held" }, "the state of a lease that is held");
    },
  },
  {
    name: "a lease given back is granted to the next, under another token",
    brief: true,
    capability: "leases",
    async run(ground) {
      const tokens = new Set<string>();
      for (let turn = 0; turn < 4; turn++) {
        const lease = await expectGranted(ground, "l");
        tokens.add(lease.token);
        assert.equal(await leases(ground).releaseLease(lease), true, "a lease that is held can be given back");
        const state = await leases(ground).readLease(lease.name);
        expectState(state, { token: lease.token, condition: "released" }, "the state of a lease given back");
        assert.equal(await leases(ground).releaseLease(lease), false, "a lease was given back twice");
      }
      assert.equal(tokens.size, 4, "two leases under one name had one token");
    },
  },
  {
    name: "what the owner says when giving a lease back is told until the next owner",
    brief: true,
    capability: "leases",
    async run(ground) {
      const outcome = { kind: "stored", list: [1, null, { deep: "é 🦔" }], none: {} };
      const first = await expectGranted(ground, "l");
      await leases(ground).releaseLease(first, outcome);
      const told = await leases(ground).readLease(first.name);
      expectState(told, { token: first.token, condition: "released" }, "a lease given back with a word");
      assert.deepEqual(plain(told?.outcome), outcome);
      const second = await expectGranted(ground, "l");
      const held = await leases(ground).readLease(first.name);
      expectState(held, { token: second.token, condition: "held" }, "the lease of the next owner");
      assert.equal(held?.outcome, undefined, "the next owner's lease carries the word of the one before");
      await leases(ground).releaseLease(second);
      assert.equal((await leases(ground).readLease(first.name))?.outcome, undefined, "an outcome that nobody gave");
    },
  },
  {
    name: "a lease is renewed and given back by its own token alone",
    capability: "leases",
    async run(ground) {
      const old = await expectGranted(ground, "l");
      await leases(ground).releaseLease(old);
      assert.equal(await leases(ground).renewLease(old), false, "a lease that was given back was renewed");
      const lease = await expectGranted(ground, "l");
      for (const stranger of [old, { ...lease, token: "0" }, { ...lease, token: "" }]) {
        assert.equal(await leases(ground).renewLease(stranger), false, "a lease was renewed by another token");
        assert.equal(await leases(ground).releaseLease(stranger), false, "a lease was given back by another token");
      }
      const state = await leases(ground).readLease(lease.name);
      expectState(state, { token: lease.token, condition: "held" }, "a lease that others tried to give back");
      assert.equal(await leases(ground).renewLease({ ...lease }), true, "a lease is renewed by its name and token");
      assert.equal(await leases(ground).renewLease({ ...lease, name: `${lease.name} never acquired` }), false);
      assert.equal(await leases(ground).releaseLease({ ...lease }), true);
    },
  },
  {
    name: "a lease that lasts for a time is lost when it is over, and granted to the next",
    brief: true,
    capability: "leases",
    async run(ground) {
      const long = await expectGranted(ground, "long", { expiresAfterMs: 600_000 });
      const short = await expectGranted(ground, "short", { expiresAfterMs: 20 });
      await untilLost(ground, short);
      assert.equal(await leases(ground).renewLease(short), false, "a lease that was lost was renewed");
      assert.equal(await leases(ground).releaseLease(short, { late: true }), false, "a lost lease was given back");
      assert.equal((await leases(ground).readLease(short.name))?.outcome, undefined, "the word of a lost owner");
      const next = await expectGranted(ground, "short");
      assert.notEqual(next.token, short.token);
      assert.equal(await leases(ground).releaseLease(short), false, "the lost owner gave back the lease of the next");
      const claim = await acquire(ground, "long");
      assert.ok(!claim.granted, "a lease that lasts for ten minutes was granted to another at once");
      assert.equal(claim.holder.token, long.token);
    },
  },
  {
    name: "renewing prolongs a lease by its time",
    capability: "leases",
    async run(ground) {
      const expiresAfterMs = 400;
      const lease = await expectGranted(ground, "l", { expiresAfterMs });
      const start = performance.now();
      let renewed = start;
      while (performance.now() - start < 1.5 * expiresAfterMs) {
        await delay(40);
        const now = performance.now();
        const held = await leases(ground).renewLease(lease);
        // On a machine that slept in between, the time may truly be over.
        if (!held && performance.now() - renewed > 0.75 * expiresAfterMs) return;
        assert.ok(
          held,
          `a lease was lost ${Math.round(performance.now() - renewed)} ms after it was renewed for 400 ms`,
        );
        renewed = now;
      }
      await untilLost(ground, lease);
    },
  },
  {
    name: "of many who ask for a lease at once, one gets it",
    brief: true,
    capability: "leases",
    async run(ground) {
      for (let turn = 0; turn < 3; turn++) {
        const claims = await Promise.all(Array.from({ length: 20 }, () => acquire(ground, "l")));
        const granted = claims.filter((claim) => claim.granted);
        assert.equal(granted.length, 1, `${granted.length} of 20 who asked at once got one lease`);
        const { lease } = granted[0]!;
        for (const claim of claims) if (!claim.granted) assert.equal(claim.holder.token, lease.token);
        await leases(ground).releaseLease(lease);
      }
    },
  },
  {
    name: "leases of different names are kept apart, and from blobs and nodes of their name",
    capability: "leases",
    async run(ground) {
      const { backend, nodeName } = ground;
      const long = "long/".repeat(800);
      const names = ["a", "A", "a/", "é", "e\u0301", "\u0000", "__proto__", "🦔", "", long, `${long}a`, `${long}b`];
      const tokens = new Map<string, string>();
      for (const name of names) tokens.set(name, (await expectGranted(ground, name)).token);
      for (const name of names) {
        const state = await leases(ground).readLease(ground.prefix + name);
        assert.equal(state?.token, tokens.get(name), `the lease '${name.slice(0, 40)}' is another's`);
      }
      assert.equal(await backend.getBlob(ground.key("a")), undefined, "a lease is found as a blob");
      assert.equal(await backend.getMeta(nodeName("a")), undefined, "a lease is found as a signature");
      await ground.put("only a blob", sampleBytes(5));
      assert.equal(await leases(ground).readLease(ground.key("only a blob")), undefined, "a blob is found as a lease");
    },
  },
  {
    name: "a lease held through one backend is refused by another on the same storage",
    brief: true,
    capability: "leases",
    needs: "second",
    async run(ground) {
      const other = (await ground.second()) as CacheBackend & Leases;
      const lease = await expectGranted(ground, "l");
      const refused = await acquire(ground, "l", {}, other);
      assert.ok(!refused.granted, "two backends on one storage hold one lease");
      expectState(refused.holder, { token: lease.token, condition: "held" }, "the holder, as the other is told");
      await leases(ground).releaseLease(lease, { kind: "done" });
      const told = await other.readLease(lease.name);
      expectState(told, { token: lease.token, condition: "released" }, "a lease given back, as the other reads it");
      assert.deepEqual(plain(told?.outcome), { kind: "done" });
      const next = await acquire(ground, "l", {}, other);
      assert.ok(next.granted, "a lease given back through one backend is not granted by the other");
      assert.ok(!(await acquire(ground, "l")).granted, "a lease held through the other is granted again");
      const claims = await Promise.all(
        Array.from({ length: 20 }, (_, i) => acquire(ground, "raced for", {}, i % 2 === 0 ? other : leases(ground))),
      );
      assert.equal(claims.filter((claim) => claim.granted).length, 1, "of 20 who asked both backends one gets it");
    },
  },
];

function leases({ backend }: Ground): CacheBackend & Leases {
  return backend as CacheBackend & Leases;
}

/** Asks for a lease of the test, which is given back afterwards. */
async function acquire(
  ground: Ground,
  suffix: string,
  options?: LeaseOptions,
  backend = leases(ground),
): Promise<LeaseClaim> {
  const claim = await backend.acquireLease(ground.prefix + suffix, options);
  if (claim.granted) ground.afterwards(() => leases(ground).releaseLease(claim.lease));
  return claim;
}

async function expectGranted(ground: Ground, suffix: string, options?: LeaseOptions): Promise<Lease> {
  const claim = await acquire(ground, suffix, options);
  assert.ok(claim.granted, `the lease '${suffix.slice(0, 40)}' is refused, though nobody holds it`);
  return claim.lease;
}

function expectState(actual: LeaseState | undefined, expected: Partial<LeaseState>, what: string): void {
  assert.ok(actual !== undefined, `${what}: there is none`);
  const { token, condition, owner } = actual;
  assert.deepEqual({ token, condition, owner }, { owner: currentOwner(), ...expected }, what);
}

/** Waits until a lease whose time is short is seen as lost. */
async function untilLost(ground: Ground, { name, token }: Lease): Promise<void> {
  const giveUpAt = performance.now() + 3000;
  for (;;) {
    const state = await leases(ground).readLease(name);
    // One whose time is over may be forgotten: nobody has it.
    if (state === undefined) return;
    assert.equal(state.token, token);
    if (state.condition === "lost") return;
    assert.equal(state.condition, "held", "a lease that nobody gave back");
    assert.ok(performance.now() < giveUpAt, "a lease is held long after its time is over");
    await delay(5);
  }
}

/** What was told, as plain data. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
