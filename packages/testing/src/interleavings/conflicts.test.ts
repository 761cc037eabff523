/** Inputs that meet other inputs: the first group of the named interleavings. */
import { describe, expect, test } from 'vitest'
import { BACKINGS } from './backings.fixture.js'
import { job, workFor } from './job.fixture.js'
import { play } from './play.fixture.js'
import type { ProcessEffects } from '../simulation/process-effects.js'
import type { Simulation } from '../simulation/simulation.js'

/** A worker `a` whose agent rests in `idle`, and a process `web` without effects that holds the same agent. */
async function resting(simulation: Simulation) {
  const a = simulation.process('a', { agents: (effects) => [job(effects, { run: workFor(10) })] })
  const web = simulation.process('web', { agents: (effects) => [job(effects)], worker: false })
  await simulation.until(Promise.all([a.start(), web.start()]))
  const here = await simulation.until(a.startAgent('job', { id: '1', input: { agent: '1' } }))
  await simulation.until(here.waitFor((state) => state.matches('idle')))
  const there = await simulation.until(web.attach('job', '1'))
  return { a, web, here, there }
}

describe.each(BACKINGS)('on $name', ({ backing }) => {
  test("I1 a stranger's event between two queued inputs: both are decided again on it, in their order", () =>
    play({ seed: 'I1', backing }, async (simulation) => {
      const { here, there } = await resting(simulation)
      simulation.faults.add({ process: 'a', type: 'note', fault: { kind: 'delayed', requestMs: 50 } })
      const first = here.send({ type: 'note', text: '1' })
      await simulation.advance(1)
      const second = here.send({ type: 'note', text: '2' })
      const between = there.send({ type: 'note', text: 'x' })
      await simulation.until(Promise.all([first, second, between]))
      await simulation.until(there.waitFor((state) => state.context.notes.length === 3))
      expect(here.getSnapshot().context.notes).toEqual(['x', '1', '2'])
      return { seen: [{ stream: 'job-1', process: 'web', state: there.getSnapshot() }] }
    }))

  test('I20 a batch of two inputs, the second refused, conflicts: the refusal is judged again on what became durable', () =>
    play({ seed: 'I20', backing }, async (simulation) => {
      const { here, there } = await resting(simulation)
      simulation.faults.add({ process: 'a', type: 'note', fault: { kind: 'delayed', requestMs: 50 } })
      const note = here.send({ type: 'note', text: '1' })
      const enter = here.send({ type: 'enter' })
      const leave = there.send({ type: 'leave' })
      await simulation.until(Promise.all([note, enter, leave]))
      const types = (await simulation.records('job-1')).map((record) => record.type)
      expect(types.slice(-3)).toEqual(['leave', 'note', 'enter'])
    }))

  test('I20 a refusal of the second of two inputs is told only when the first is durable', () =>
    play({ seed: 'I20b', backing }, async (simulation) => {
      const { here } = await resting(simulation)
      simulation.faults.add({ process: 'a', type: 'note', fault: { kind: 'delayed', requestMs: 500 } })
      const note = here.send({ type: 'note', text: '1' })
      let refusedAt = 0
      const enter = here.send({ type: 'enter' }).catch((error: unknown) => {
        refusedAt = simulation.time.now()
        return error
      })
      await simulation.until(note)
      const error = await simulation.until(enter)
      const stored = simulation.disk.observed.get((await simulation.records('job-1')).at(-1)?.id ?? '')
      expect(error).toMatchObject({ code: 'EVENT_NOT_ACCEPTED' })
      expect(stored?.event.type).toBe('note')
      expect(refusedAt).toBeGreaterThanOrEqual(stored?.storedAt ?? Infinity)
    }))

  test('I24 a conflict is told before what is in the way can be read: the input waits for it, and is decided on it', () =>
    play({ seed: 'I24', backing }, async (simulation) => {
      const { a, here, there } = await resting(simulation)
      simulation.faults.add({ process: 'a', type: 'note', fault: { kind: 'early-conflict', unseenMs: 700 } })
      simulation.faults.deaf.add('a')
      await simulation.until(there.send({ type: 'note', text: 'x' }))
      const sentAt = simulation.time.now()
      await simulation.until(here.send({ type: 'note', text: '1' }))
      expect(here.getSnapshot().context.notes).toEqual(['x', '1'])
      expect(simulation.time.now() - sentAt).toBeGreaterThanOrEqual(700)
      expect(a.reports.map((report) => report.code)).toEqual([])
    }))

  test('I24 a close waits for an outcome whose append met a conflict that was told early', () =>
    play({ seed: 'I24b', backing }, async (simulation) => {
      const agents = (effects: ProcessEffects) => [job(effects, { safety: 'never-retry', run: workFor(1_000) })]
      const a = simulation.process('a', { agents })
      const web = simulation.process('web', { agents, worker: false })
      await simulation.until(Promise.all([a.start(), web.start()]))
      await simulation.until(a.startAgent('job', { id: '1', input: { agent: '1' } }))
      const there = await simulation.until(web.attach('job', '1'))
      simulation.faults.add({
        process: 'a',
        type: 'refold.effect.done',
        fault: { kind: 'early-conflict', unseenMs: 60 },
      })
      simulation.faults.deaf.add('a')
      await simulation.advance(500)
      await simulation.until(there.send({ type: 'note', text: 'x' }))
      while (!simulation.effects.log.some(({ kind }) => kind === 'ended')) await simulation.advance(1)
      await simulation.advance(10)
      await simulation.until(a.close())
      expect((await simulation.records('job-1')).map((record) => record.type)).toContain('refold.effect.done')
    }))

  test('I21 a foreign record in the stream changes nothing, is reported, and hinders no one', () =>
    play({ seed: 'I21', backing }, async (simulation) => {
      const { a, here } = await resting(simulation)
      simulation.faults.add({ process: 'a', type: 'note', fault: { kind: 'stranger', type: 'theirs' } })
      const state = await simulation.until(here.send({ type: 'note', text: '1' }))
      expect(state.context.notes).toEqual(['1'])
      a.kill()
      await simulation.until(a.start())
      const again = await simulation.until(a.attach('job', '1'))
      await simulation.until(again.send({ type: 'finish' }))
      expect((await simulation.records('job-1')).map((record) => record.type)).toContain('theirs')
      expect((await simulation.until(again.done())).output.notes).toEqual(['1'])
      expect(a.reports.map((report) => report.code)).toContain('FOREIGN_RECORD')
    }))
})
