import fs from "node:fs";
const { col } = await import("@larder/core"); const tables = await import("@larder/store-parquet"); await import("apache-arrow"); await import("hyparquet");
const [file,n]=process.argv.slice(2); const b=fs.readFileSync(`/tmp/e2/ids-${n}.bin`); const ids=new BigInt64Array(b.buffer.slice(b.byteOffset,b.byteOffset+b.byteLength));
globalThis.gc?.(); let u=process.cpuUsage(), w=performance.now(); const out={}; const T=l=>{const d=process.cpuUsage(u); out[l]=[(d.user)/1000,d.system/1000,performance.now()-w]; u=process.cpuUsage(); w=performance.now()};
const table=await tables.openParquetFile(file); await table.scan().schema(); T('open');
const names=(await table.scan().schema()).map(c=>c.name);
let filter=col('id').in(ids); T('in()'); const q=table.scan().where(filter);
await q.count(); T('count'); await q.count(); T('count2'); 
for (const c of names) { await q.select([c]).toArrow(); T(c) }
await q.toArrow(); T('all'); await q.toArrow(); T('all2'); await q.toArrow(); T('all3');
console.log(JSON.stringify(out)); process.exit(0)
