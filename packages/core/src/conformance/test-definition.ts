import type { BackendCapabilities } from "../capabilities/index.js";
import type { Ground } from "./ground.js";

/** One test of the suite, before it has a backend. */
export interface TestDefinition {
  readonly name: string;
  /** Only for backends that declare this. */
  readonly capability?: keyof BackendCapabilities;
  /** Only when the suite was given this option. */
  readonly needs?: "reopen" | "second" | "withSizeLimit";
  /** Only where the suite may clear the backend. */
  readonly clears?: boolean;
  /** Among those that show most in a moment. */
  readonly brief?: boolean;
  run(ground: Ground): Promise<void>;
}
