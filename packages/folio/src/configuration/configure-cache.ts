import { type GivenSettings, settingsOfOptions } from "./checked-settings.js";
import type { FolioSettingsInput, LargeFilePolicyInput } from "./folio-settings-input.js";

let told: GivenSettings = new Map();

/**
 * Settings for all folios that this process opens from now on. Said again, it adds to what was said before. They come before
 * the environment and the file, and after what a folio is told when it is opened.
 *
 * @throws LarderError `invalid-option`, naming the option and the nearest; nothing has changed then
 */
export function configureCache(input: FolioSettingsInput): void {
  told = new Map([...told, ...settingsOfOptions(input, "process")]);
}

/**
 * What `add` does with items above a size, for all folios that this process opens from now on: by default an item above 1 GiB
 * becomes a reference.
 *
 * @throws LarderError `invalid-option`, naming the option and the nearest
 */
export function configureLargeFilePolicy(input: LargeFilePolicyInput): void {
  configureCache({ largeFilePolicy: input });
}

/** What {@link configureCache} was told so far. */
export function processSettings(): GivenSettings {
  return told;
}

/** Forgets what {@link configureCache} was told. */
export function resetConfiguredCache(): void {
  told = new Map();
}
