import type { ViteUserConfig } from "vitest/config";

/** The condition of `exports` under which our packages resolve to their TypeScript sources. */
export declare const sourceCondition: string;

/** The test settings of every package: tests run on sources, time limits are generous, nothing retries. */
export declare function packageTests(overrides?: NonNullable<ViteUserConfig["test"]>): ViteUserConfig;
