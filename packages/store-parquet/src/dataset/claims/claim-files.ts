import { readFile, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, LarderError, loadXxhash, ownerState } from "@larder/core";
import { createNumbered, listNumbered, type NumberedTarget, numberedName, removeFile } from "../log/numbered-files.js";
import { isDamage } from "../log/sealed-file.js";
import { newToken } from "../new-token.js";
import { ifThere, systemCode } from "../system-code.js";
import { type Claim, readClaim, writeClaim } from "./claim-format.js";

/** The claims of a dataset, as files that all processes see. */
export interface ClaimFiles {
  /** What is being fetched now. Files of owners that are dead are removed. */
  live(): Promise<LiveClaims>;
  /**
   * Makes a claim, unless another was made since `after` was listed.
   *
   * @returns `undefined`: another was faster
   */
  make(after: LiveClaims, claim: Pick<Claim, "owner" | "columns" | "keys">): Promise<Claim | undefined>;
  /** Whether a claim still counts. */
  isLive(claim: Claim): Promise<boolean>;
  /** Tells others that an owner they can't see still lives. */
  renew(claim: Claim): Promise<void>;
  /** Ends a claim. */
  end(claim: Claim): Promise<void>;
}

/** Claims as they were listed. */
export interface LiveClaims {
  readonly claims: readonly Claim[];
  /** The highest number there is, live or not; 0 where there is none. */
  readonly highest: number;
}

const claimSuffix = ".claim";

/** An empty file in place of the claim with the highest number, so that numbers don't start again. */
const endedSuffix = ".ended";

/** Claims of owners of whom it can't be told whether they live, and files nobody can read, count for so long. */
const unknownMs = 60_000;

/** @param target - of the dataset's `claims/` */
export function claimFiles(target: NumberedTarget, clock: Clock): ClaimFiles {
  const { directory } = target;
  const known = new Map<number, Claim>();
  const pathOf = (number: number, suffix = claimSuffix) => join(directory, numberedName(number, suffix));

  /** `undefined` where it is gone or can't be read. */
  const read = async (number: number): Promise<Claim | undefined> => {
    const path = pathOf(number);
    try {
      return readClaim(await readFile(path), await loadXxhash(), path, number);
    } catch (error) {
      if (systemCode(error) === "ENOENT" || isDamage(error) || LarderError.isInstance(error, "newer-format")) {
        return undefined;
      }
      throw error;
    }
  };

  /** Milliseconds since a claim was made or renewed; `undefined` where it is gone. */
  const ageOf = async (number: number): Promise<number | undefined> => {
    const file = await ifThere(() => stat(pathOf(number)));
    return file && clock.now() - file.mtimeMs;
  };

  const counts = async (number: number, owner: string | undefined): Promise<boolean> => {
    const state = owner === undefined ? "unknown" : (ownerState(owner) ?? "unknown");
    if (state !== "unknown") return state === "alive";
    return ((await ageOf(number)) ?? Number.POSITIVE_INFINITY) < unknownMs;
  };

  const endNumber = async (number: number): Promise<void> => {
    known.delete(number);
    const highest = (await listNumbered(directory)).at(-1)?.number ?? 0;
    if (number >= highest) await createNumbered(target, number, endedSuffix, new Uint8Array(0));
    await removeFile(pathOf(number));
  };

  /** Whether nobody had made a claim after `number` without knowing of it. */
  const isInOrder = async ({ number, token, previous }: Claim): Promise<boolean> => {
    const listed = await listNumbered(directory);
    const hasEnded = (one: number) => listed.some((file) => file.number === one && file.suffix === endedSuffix);
    if (hasEnded(number)) return false;
    // Without hard links a file can be listed before it can be read: whoever made it may not have seen this claim either.
    if (previous === "" && !hasEnded(number - 1) && (await read(number - 1)) !== undefined) return false;
    if ((listed.at(-1)?.number ?? 0) === number) return true;
    return (await read(number + 1))?.previous === token;
  };

  return {
    async live() {
      const listed = await listNumbered(directory);
      const highest = listed.at(-1)?.number ?? 0;
      const ended = new Set(listed.filter(({ suffix }) => suffix === endedSuffix).map(({ number }) => number));
      for (const number of ended) {
        if (number < highest) await removeFile(pathOf(number, endedSuffix));
      }
      const numbers = listed.filter(({ number, suffix }) => suffix === claimSuffix && !ended.has(number));
      for (const number of known.keys()) {
        if (!numbers.some((file) => file.number === number)) known.delete(number);
      }
      const claims: Claim[] = [];
      for (const { number } of numbers) {
        const claim = known.get(number) ?? (await read(number));
        if (!(await counts(number, claim?.owner))) {
          await endNumber(number);
        } else if (claim !== undefined) {
          known.set(number, claim);
          claims.push(claim);
        }
      }
      return { claims, highest };
    },
    async make({ claims, highest }, wanted) {
      const previous = claims.find(({ number }) => number === highest)?.token ?? "";
      const claim: Claim = { ...wanted, number: highest + 1, token: newToken(), previous };
      const bytes = writeClaim(claim, await loadXxhash());
      if (!(await createNumbered(target, claim.number, claimSuffix, bytes))) return undefined;
      if (await isInOrder(claim)) return claim;
      await endNumber(claim.number);
      return undefined;
    },
    async isLive({ number, token, owner }) {
      const state = ownerState(owner) ?? "unknown";
      if (state === "dead") return false;
      const age = await ageOf(number);
      if (age === undefined || (state === "unknown" && age >= unknownMs)) return false;
      return (known.get(number) ?? (await read(number)))?.token === token;
    },
    async renew({ number }) {
      const now = clock.now() / 1000;
      await utimes(pathOf(number), now, now);
    },
    end: ({ number }) => endNumber(number),
  };
}
