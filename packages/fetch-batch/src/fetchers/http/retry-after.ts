/**
 * The header `Retry-After` in milliseconds: seconds, or an HTTP date (RFC 9110, section 10.2.3). `undefined` when it says nothing usable.
 *
 * @param now - milliseconds since 1970
 */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
