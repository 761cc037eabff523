import { expect, test } from 'vitest'
import { checkLoad } from './real-processes/load-checks.js'
import { LoadRun } from './real-processes/load-run.js'
import type { Worker } from './real-processes/load-run.js'
import { factsOf } from './real-processes/fact.js'
import { writeFileSync } from 'node:fs'

const seed = Number(process.env['SEED'] ?? Date.now() % 100000)
let x = seed
const rnd = () => ((x = (x * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff)
const wait = (ms: number) => new Promise(r => setTimeout(r, ms))
test('soak', async () => {
  console.log('seed', seed)
  await using run = new LoadRun({ leaseDurationMs: 1_000, notesEveryMs: 20, rounds: 8 })
  const workers: Worker[] = [await run.worker('w0'), await run.worker('w1'), await run.worker('w2')]
  let n = 3, stops = 0, kills = 0
  const end = performance.now() + Number(process.env['SOAK'] ?? 40) * 1000
  while (performance.now() < end) {
    const alive = workers
    await Promise.all(alive.map((w) => run.start(w, 2)))
    const v = Math.floor(rnd() * alive.length)
    const victim = alive[v]!
    const dice = rnd()
    if (dice < 0.25) { kills++; victim.process.kill('SIGKILL'); await victim.ended; if (rnd() < 0.5) await wait(rnd() * 500); workers[v] = await run.worker(`w${n++}`) }
    else if (dice < 0.5) { stops++; const o = alive[(v + 1) % alive.length]!; victim.process.kill('SIGSTOP'); await wait(rnd()*300); o.process.kill('SIGSTOP'); await wait(rnd() * 1500); victim.process.kill('SIGCONT'); await wait(rnd()*300); o.process.kill('SIGCONT') }
    else { stops++; victim.process.kill('SIGSTOP'); await wait(800 + rnd() * 1500); victim.process.kill('SIGCONT'); await wait(rnd() * 100) }
  }
  try { await run.allDone() } catch (e) { writeFileSync('/tmp/soak-fail.json', run.facts.map(f => JSON.stringify(f)).join('\n')); for (const w of workers) console.log(w.name, w.stderr().slice(-3000)); throw e }
  await run.close()
  const report = await checkLoad({ store: run.store, facts: run.facts, seen: run.watch.seen })
  const reports: Record<string, number> = {}
  for (const r of factsOf(run.facts, 'report')) reports[r.code] = (reports[r.code] ?? 0) + 1
  console.log({ seed, stops, kills, ...report.counts }, reports, report.broken.length, report.broken.slice(0, 10))
  for (const w of workers) { const e = w.stderr(); if (e) console.log(w.name, e.slice(0, 1500)) }
  expect(report.broken).toEqual([])
}, 240000)
