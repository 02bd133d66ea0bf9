import { runtimeProfile } from "@larder/disk-cache";

// Keeps a cache open, and prints each change of its policies that it hears of, until its input ends.
const [directory = ""] = process.argv.slice(2);
const profile = runtimeProfile({
  settings: { directory },
  onEvent(event) {
    if (event.type === "warning" && event.code === "settings-changed") console.log(event.message.split(": ").at(-1));
  },
});
const cache = await profile.cache("plan");
await cache.set("before", 1);
console.log("open");
for await (const line of process.stdin) {
  await cache.set(String(line).trim(), 1);
  const { limitBytes } = await cache.volume();
  const entry = await cache.entry(String(line).trim());
  console.log(JSON.stringify({ limitBytes, expires: entry!.record.expiresAt !== undefined }));
  await entry!.close();
}
await profile.close();
