import { it, vi } from 'vitest'
import { PlainRun } from './plain-run.js'
import { TreeRun } from './tree-run.fixture.js'
import { seeded } from './seeded.js'
import { nextInput } from './differential.test.js'
it('debug', async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  const seed = Number(process.env.S), stop = Number(process.env.I)
  const random = seeded(seed + 7_000_000)
  const plain = new PlainRun(seed); const ours = new TreeRun(seed, { mode: process.env.M ?? 'hydrated' })
  let input
  for (let n = 0; n <= stop; n++) {
    const log = input === undefined ? await plain.start() : await plain.step(input)
    if (n === stop) console.log('BEFORE', ours.text())
    const found = input === undefined ? ours.start() : ours.step(input)
    if (n >= stop - 1) {
      console.log(n, JSON.stringify(input)); console.log('plain', JSON.stringify(log)); console.log('ours ', JSON.stringify(found))
      console.log('timers', JSON.stringify(ours.state.timers, null, 0)); console.log(plain.dues())
      console.log(JSON.stringify(Object.entries((plain.actor as any).system._snapshot._scheduledEvents).map(([k, e]: any) => [k, e.source.id, e.target.id, e.event.type, e.delay, e.source._processingStatus, e.target._processingStatus])))
    }
    input = nextInput(random, plain); ours.now = plain.now
  }
  console.log('AFTER', ours.text())
})
