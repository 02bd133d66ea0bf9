import type { CacheBackend } from "../backend.js";
import type { SizeLimit, Volume } from "../capabilities/index.js";
import { UnsupportedCapabilityError } from "../errors.js";
import { backendFailure } from "./backend-failure.js";

/** See `Cache.volume`. */
export async function volumeOf(backend: CacheBackend): Promise<Volume> {
  if (backend.supports?.sizeLimit !== true) throw new UnsupportedCapabilityError("sizeLimit", "Measuring the volume");
  try {
    return await (backend as CacheBackend & SizeLimit).volume();
  } catch (error) {
    throw backendFailure("measure", "its volume", error);
  }
}
