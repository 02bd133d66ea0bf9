import { systemClock } from "@larder/core";
import { effectiveSettings } from "./configuration/effective-settings.js";
import type { Folio } from "./folio.js";
import { folioMembers } from "./folio-members.js";
import type { OpenFolioOptions } from "./folio-options.js";
import { checkOpenOptions } from "./open-folio-options.js";
import { openLocalStore } from "./reading/open-local-store.js";
import { readingParts } from "./reading/reading-parts.js";
import { openRemote } from "./remote/open-remote.js";
import { withUserOf } from "./remote/with-user-of.js";

/**
 * Opens a bundle: `openFolio("s3://lab/experiment-7", { cache: { ttlSeconds: 1800 } })`. Makes no request.
 *
 * @param url - a path, or an address of the scheme `file:`, `http:`, `https:` (read only), `s3:` or `gs:`
 * @throws LarderError `invalid-bundle-url`, `invalid-option`, `invalid-settings`, and those of the cache directory that no
 *   value can be kept in: `newer-format`, `unsafe-directory`, `package-needed`
 */
export async function openFolio(url: string, options?: OpenFolioOptions): Promise<Folio> {
  checkOpenOptions(url, options);
  return open(url, options ?? {});
}

async function open(url: string, options: OpenFolioOptions): Promise<Folio> {
  const { connect = {}, storage, clock = systemClock, random = Math.random } = options;
  const { backend, ...given } = options.cache ?? {};
  const { settings } = effectiveSettings({ options: given, env: options.env });
  const reached = { clock, random, env: options.env, ...connect };
  const remote = storage ?? (await openRemote(url, reached));
  const { store, onEvent } = await openLocalStore({ ...options, settings, backend, clock, random, url: remote.url });
  // References on the bundle's own host are read as the bundle is.
  const forReferences = storage === undefined ? withUserOf(url, reached) : reached;
  const parts = readingParts({ remote, store, settings, clock, random, onEvent, connect: forReferences });
  return folioMembers(parts, { closesRemote: storage === undefined });
}
