import { describe, expect, it } from "vitest";
import { type PlanId, planCache, planKey } from "../src/index.js";
import { onBothCaches, temporaryDirectory } from "./both-caches.js";

const id: PlanId = { planHash: "p1", profileHash: "profile", substraitHash: "s1" };
const bytes = (text: string) => new TextEncoder().encode(text);

describe("the key of a plan", () => {
  it("is made of its three hashes", () => {
    expect(planKey(id)).toBe("plan:p1:profile:s1");
    expect(() => planKey({ ...id, planHash: "" })).toThrow(/planHash/);
  });
});

onBothCaches("a plan cache", (open) => {
  it("gives back the bytes that were stored, and nothing for another profile", async () => {
    const plans = planCache({ cache: await open() });
    expect(await plans.get(id)).toBeUndefined();
    await plans.set(id, bytes("a plan"));
    expect(await plans.get(id)).toEqual(bytes("a plan"));
    expect(await plans.get({ ...id, profileHash: "other" })).toBeUndefined();
    await expect(plans.set(id, "text" as never)).rejects.toMatchObject({ code: "invalid-option" });
  });

  it("builds a plan once for all who ask at the same time", async () => {
    const plans = planCache({ cache: await open() });
    let built = 0;
    const build = async () => {
      built++;
      return bytes("built");
    };
    const all = await Promise.all(Array.from({ length: 20 }, () => plans.getOrBuild(id, build)));
    expect(new Set(all.map((plan) => Buffer.from(plan).toString()))).toEqual(new Set(["built"]));
    expect(built).toBe(1);
  });

  it("forgets the plans of a profile or of a policy, and no others", async () => {
    const plans = planCache({ cache: await open() });
    const of = (planHash: string, profileHash: string, policyHash?: string) => ({
      ...id,
      planHash,
      profileHash,
      policyHash,
    });
    const all = [of("1", "a", "x"), of("2", "a", "y"), of("3", "b", "x"), of("4", "b")];
    for (const one of all) await plans.set(one, bytes(one.planHash));
    const there = async () => (await Promise.all(all.map((one) => plans.get(one)))).map((plan) => plan !== undefined);
    expect(await plans.policyChanged("x")).toBe(2);
    expect(await there()).toEqual([false, true, false, true]);
    expect(await plans.profileChanged("a")).toBe(1);
    expect(await there()).toEqual([false, false, false, true]);
  });

  it("does not hand out a plan that was made under another policy", async () => {
    const plans = planCache({ cache: await open() });
    const under = (policyHash: string) => ({ ...id, policyHash });
    await plans.set(under("old"), bytes("old"));
    expect(await plans.get(under("new"))).toBeUndefined();
    expect(await plans.getOrBuild(under("new"), () => bytes("new"))).toEqual(bytes("new"));
    expect(await plans.get(under("old"))).toBeUndefined();
    const together = await Promise.all([
      plans.getOrBuild({ ...under("a"), planHash: "2" }, async () => bytes("a")),
      plans.getOrBuild({ ...under("b"), planHash: "2" }, async () => bytes("b")),
    ]);
    expect(together).toEqual([bytes("a"), bytes("b")]);
  });
});

describe("a typed cache that is given no cache", () => {
  it("opens the kind of its own in the directory of its settings, and again after it was closed", async () => {
    const directory = await temporaryDirectory();
    const plans = planCache({ settings: { directory } });
    await plans.set(id, bytes("kept"));
    await plans.close();
    expect(await plans.get(id)).toEqual(bytes("kept"));
    expect(await plans.cache()).toMatchObject({ kind: "plan" });
    await plans.close();
  });

  it("refuses options that can't be meant", () => {
    expect(() => planCache({ ttlSeconds: 0 })).toThrow(/ttlSeconds/);
    expect(() => planCache({ cache: {} as never })).toThrow(/cache/);
    expect(() => planCache({ settings: {}, profile: { cache: async () => ({}) as never } })).toThrow(/alone/);
  });
});
