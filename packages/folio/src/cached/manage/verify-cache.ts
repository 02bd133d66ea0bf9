import { systemClock } from "@larder/core";
import type { ProgressListener, VerifyReport } from "../../folio.js";
import { progressTeller } from "../../reading/progress-teller.js";
import { type CachedItem, type ContentId, contentOf, type FolioStore, type StoreProblem } from "../folio-store.js";
import { manifestOfBundle } from "../manifest-of-bundle.js";
import {
  allItemsPrefix,
  contentKey,
  contentOfKey,
  contentPrefix,
  itemOfKey,
  linkPrefix,
  partsOfLink,
} from "../store-keys.js";
import { backendOf } from "./blob-sizes.js";
import { examineContent } from "./examine-content.js";
import { lostRows } from "./lost-rows.js";

/** How {@link verifyCache} looks. */
export interface VerifyOptions {
  /** Only what this bundle has; default: everything. */
  readonly url?: string | undefined;
  /** Repair: what is damaged goes, so that it is fetched anew; rows are made anew where a content tells of them. Default `false`. */
  readonly fix?: boolean | undefined;
  readonly onProgress?: ProgressListener | undefined;
}

type Problem = VerifyReport["problems"][number];

const repairsAtOnce = 100;

/**
 * Reads all contents and compares them with their checksums, of what they were stored with and of the manifest; looks whether
 * rows and contents belong together, and whether the manifest, as last seen, still has them so. Reading what is damaged puts
 * it away, with `fix` or without.
 */
export async function verifyCache(store: FolioStore, options: VerifyOptions = {}): Promise<VerifyReport> {
  const { url, fix = false, onProgress } = options;
  const { tell, last } = progressTeller(onProgress, systemClock);
  await store.flush();
  const items = await itemsByContent(store, url);
  const problems: Problem[] = [];
  const found = (content: ContentId, problem: Problem["problem"], fixed: boolean) => {
    const names = items.get(content)?.map(({ name }) => name) ?? [];
    for (const item of names.length > 0 ? names : [content]) problems.push({ item, problem, fixed });
  };

  const contents = (await contentsOf(store)).filter((content) => url === undefined || items.has(content));
  let bytes = 0;
  let done = 0;
  for (const content of contents) {
    const item = items.get(content)?.[0]?.name ?? content;
    const before = bytes;
    const progress = { item, totalBytes: undefined, items: { done, of: contents.length } };
    const state = await examineContent(store, content, (read) => {
      bytes = before + read;
      tell({ ...progress, bytes });
    });
    done++;
    if (state === "damaged" || state === "missing") {
      if (fix) await store.dropContent(content);
      found(content, state, fix || !(await isKnown(store, content)));
    }
  }

  const lost = await lostRows(store, url);
  for (let at = 0; at < lost.length; at += repairsAtOnce) {
    // Those of one time share a commit.
    const some = lost.slice(at, at + repairsAtOnce);
    const repairs = some.map(async ({ name, problem, repair }) => ({
      item: name,
      problem,
      fixed: fix && (await repair()),
    }));
    problems.push(...(await Promise.all(repairs)));
  }
  problems.push(...(await outdated(store, url, fix)));
  if (url === undefined) problems.push(...(await damagedIndex(store, fix)));
  last({ item: "", bytes, totalBytes: bytes, items: { done, of: contents.length } });
  return { checked: contents.length, bytes, problems };
}

async function itemsByContent(store: FolioStore, url: string | undefined): Promise<Map<ContentId, CachedItem[]>> {
  const items = new Map<ContentId, CachedItem[]>();
  for await (const bundle of store.bundles()) {
    if (url !== undefined && bundle.url !== url) continue;
    for await (const item of store.items(bundle.url)) {
      const others = items.get(item.content);
      if (others === undefined) items.set(item.content, [item]);
      else others.push(item);
    }
  }
  return items;
}

/** All that the index knows, also those whose file is gone. */
async function contentsOf(store: FolioStore): Promise<ContentId[]> {
  const contents: ContentId[] = [];
  for await (const key of backendOf(store).keys({ prefix: contentPrefix })) contents.push(contentOfKey(key));
  return contents;
}

async function isKnown(store: FolioStore, content: ContentId): Promise<boolean> {
  for await (const key of backendOf(store).keys({ from: contentKey(content), limit: 1 })) {
    return key === contentKey(content);
  }
  return false;
}

/** Items that the manifest, as last seen, has otherwise; repaired by forgetting them. */
async function outdated(store: FolioStore, url: string | undefined, fix: boolean): Promise<Problem[]> {
  const problems: Problem[] = [];
  for await (const bundle of store.bundles()) {
    const address = bundle.url;
    const manifest = url === undefined || address === url ? manifestOfBundle(bundle) : undefined;
    if (manifest === undefined) continue;
    for await (const { name, content } of store.items(address)) {
      const item = manifest.items.get(name);
      const expected = item && contentOf(item);
      if (expected === undefined || expected === content) continue;
      if (fix) await store.removeItem(address, name);
      problems.push({ item: name, problem: "differs-from-manifest", fixed: fix });
    }
  }
  return problems;
}

/** Kinds of damage to rows, of all that the backend looks at. */
const rowProblems: ReadonlySet<string> = new Set([
  "entry-damaged",
  "row-damaged",
  "entry-without-file",
  "file-damaged",
]);

async function damagedIndex(store: FolioStore, fix: boolean): Promise<Problem[]> {
  const report = await store.check?.({ fix });
  if (report === undefined) return [];
  const repaired = new Set(report.repaired.map(nameOf));
  return report.problems
    .filter(({ kind }) => rowProblems.has(kind))
    .map((problem) => ({ item: shownItem(problem), problem: "damaged", fixed: repaired.has(nameOf(problem)) }));
}

function nameOf({ kind, what }: StoreProblem): string {
  return `${kind} ${what}`;
}

/** The name of the item that a row is of; else what the backend calls it. */
function shownItem({ what }: StoreProblem): string {
  if (what.startsWith(allItemsPrefix)) return itemOfKey(what).name;
  return what.startsWith(linkPrefix) ? itemOfKey(partsOfLink(what).itemKey).name : what;
}
