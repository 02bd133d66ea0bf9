/**
 * Stands in for an ioredis client where no Redis is reachable: the few commands of `docs/custom-backend.md`, on a Map. It
 * is not Redis, and proves nothing about Redis; it lets the backend's own lines be tested everywhere.
 */
export function redisStandIn() {
  const strings = new Map<string, Buffer>();
  return {
    async get(key: string) {
      return strings.get(key)?.toString("utf8") ?? null;
    },
    async set(key: string, value: string | Buffer) {
      strings.set(key, Buffer.from(value as string));
      return "OK";
    },
    /** `end` is inclusive, and a key that is not there is empty, as in Redis. */
    async getrangeBuffer(key: string, start: number, end: number) {
      return Buffer.from(strings.get(key)?.subarray(start, end + 1) ?? []);
    },
    async unlink(key: string) {
      return strings.delete(key) ? 1 : 0;
    },
    /** Expiry is further away than any test; nothing happens. */
    async expire(key: string) {
      return strings.has(key) ? 1 : 0;
    },
    /** Patterns that end in `*`, with `\` before characters that mean themselves. */
    async *scanStream({ match }: { match: string }) {
      const prefix = match.slice(0, -1).replaceAll(/\\(.)/g, "$1");
      yield [...strings.keys()].filter((key) => key.startsWith(prefix));
    },
  };
}
