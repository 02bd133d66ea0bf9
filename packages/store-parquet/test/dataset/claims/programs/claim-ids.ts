// Claims ids, prints which of them it got, and gives them back when told to, or takes what others leave.
import { once } from "node:events";
import { claims } from "../../../../src/dataset/claims/claim-ids.js";
import { idSetOf, idsIn } from "../../../../src/dataset/ids/make-id-set.js";

const [directory, count, all] = process.argv.slice(2);

async function main(): Promise<void> {
  let wanted = idSetOf(BigInt64Array.from({ length: Number(count) }, (_, i) => BigInt(i)));
  console.log("ready");
  await once(process.stdin, "data");
  for (;;) {
    const claim = await claims(directory!).claim(wanted, ["x"]);
    console.log(`mine ${JSON.stringify([...idsIn(claim.mine)].map(Number))}`);
    wanted = claim.others;
    if (all !== "all" || wanted.size === 0) break;
    await claim.othersMoved();
  }
  await once(process.stdin, "data");
  process.exit(0);
}

void main();
