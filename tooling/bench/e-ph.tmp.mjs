import fs from "node:fs";
const { col } = await import("@larder/core"); const tables = await import("@larder/store-parquet"); await import("apache-arrow"); await import("hyparquet");
const [file,n]=process.argv.slice(2); const b=fs.readFileSync(`/tmp/e2/ids-${n}.bin`); const ids=new BigInt64Array(b.buffer.slice(b.byteOffset,b.byteOffset+b.byteLength));
globalThis.gc?.(); let u=process.cpuUsage(), w=performance.now(); const out={}; const T=l=>{const d=process.cpuUsage(u); out[l]=[(d.user+d.system)/1000,performance.now()-w]; u=process.cpuUsage(); w=performance.now()};
const table=await tables.openParquetFile(file); await table.scan().schema(); T('open');
let filter; filter=col('id').in(ids); T('in()'); const q=table.scan().where(filter);
const parts=await q.toArrow(); T('toArrow');
const { tableRows } = {}; T('');
const rows=await (async()=>{ return null })();
console.log(JSON.stringify(out)); process.exit(0)
