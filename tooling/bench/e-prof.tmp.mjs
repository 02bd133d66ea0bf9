// node e-cpu.mjs contender op folder file ids rows
const [contender, operation, folder, file, ids, rows] = process.argv.slice(2);
const { load } = await import(`/work/main/tooling/bench/cases/tables/contenders/${contender}.mjs`);
const { prepareContext } = await import("/work/main/tooling/bench/cases/tables/context.mjs");
const o = { contender, operation, variant: operation, folder, file, shape: "mixed", rows: +rows, ids: +ids, touch: true, every: 101 };
const ops = await load(o); const c = await prepareContext(o); globalThis.gc?.();
const { Session } = await import('node:inspector/promises'); const S = new Session(); S.connect(); await S.post('Profiler.enable'); await S.post('Profiler.setSamplingInterval',{interval:100}); await S.post('Profiler.start');
const a = process.cpuUsage(), t = performance.now();
const r = await ops[operation](c); let m = 0; if (r.rows) { const f = new Function("rows", `let m=0; for (const row of rows) {${c.names.map(n=>`if (row.${n}===undefined) m++;`).join("")}} return m`); m = f(r.rows) }
const u = process.cpuUsage(a), w = performance.now() - t;
const P=(await S.post('Profiler.stop')).profile; (await import('node:fs')).writeFileSync('/tmp/e.cpuprofile', JSON.stringify(P));
console.log(JSON.stringify({ cpu: (u.user + u.system) / 1000, wall: w }));
process.exit(0)
