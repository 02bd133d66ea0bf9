/** Prints what was measured, as the harness reads it: one line of JSON. */
export function printSamples(samples) {
  // maxRSS is in KiB.
  const peakMegabytes = (process.resourceUsage().maxRSS * 1024) / 1e6;
  console.log(JSON.stringify({ samples, peakMegabytes }));
}
