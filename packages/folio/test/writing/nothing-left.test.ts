import { afterEach, expect, test, vi } from "vitest";
import { addItem } from "../../src/writing/add-item.js";
import { type MemoryStorage, memoryStorage } from "../memory-storage.js";
import { writingParts } from "./writing-parts.js";

afterEach(() => {
  vi.restoreAllMocks();
});

const objectsOf = (storage: MemoryStorage) => [...storage.objects.keys()].filter((path) => path !== "items.json");

test("a listener that throws while an item is added disturbs nothing", async () => {
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  const storage = memoryStorage();
  const onProgress = () => {
    throw new Error("mine");
  };
  const added = await addItem(await writingParts(storage), "a", "text", { onProgress });
  expect(objectsOf(storage)).toEqual([added.file]);
  expect(warned).toHaveBeenCalledTimes(2);
});

test("a signal between an item's bytes and its place in the manifest takes the bytes back", async () => {
  const storage = memoryStorage();
  const parts = await writingParts(storage);
  await addItem(parts, "a", "text");
  const before = objectsOf(storage);
  const controller = new AbortController();
  storage.after = ({ method, path }) => {
    if (method === "write" && path.startsWith("items/")) controller.abort();
  };
  await expect(addItem(parts, "b", "other", { signal: controller.signal })).rejects.toMatchObject({
    name: "AbortError",
  });
  expect(objectsOf(storage)).toEqual(before);
});
