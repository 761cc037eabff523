/** A past that comes back, snapshots of a future that never was, and a clock that is wrong. */
import { describe, expect, test } from 'vitest'
import { BACKINGS } from './backings.fixture.js'
import { job, PATIENCE_MS, workFor } from './job.fixture.js'
import { play } from './play.fixture.js'

const DAY_MS = 86_400_000

describe.each(BACKINGS)('on $name', ({ backing }) => {
  test('I9 a stream restored from a backup to an older revision goes on, and its next request gets a key of its own', () =>
    play({ seed: 'I9', backing }, async (simulation) => {
      const a = simulation.process('a', {
        agents: (effects) => [job(effects, { safety: 'never-retry', run: workFor(10) })],
      })
      await simulation.until(a.start())
      const agent = await simulation.until(a.startAgent('job', { id: '1', input: { agent: '1' } }))
      const before = await simulation.until(agent.waitFor((state) => state.matches('idle')))
      await simulation.until(agent.send({ type: 'again' }))
      await simulation.until(agent.waitFor((state) => state.matches('idle') && state.context.visit === 2))
      const oldKey = simulation.effects.began().at(-1)?.key
      a.kill()
      await simulation.disk.restoreBackup({ 'job-1': Number(before.revision) + 1 })
      await simulation.until(a.start())
      const restored = await simulation.until(a.attach('job', '1'))
      expect(restored.getSnapshot().context.visit).toBe(1)
      await simulation.until(restored.send({ type: 'again' }))
      await simulation.until(restored.waitFor((state) => state.matches('idle') && state.context.visit === 2))
      expect(simulation.effects.began()).toHaveLength(3)
      expect(simulation.effects.began().at(-1)?.key).not.toBe(oldKey)
    }))

  test('I10 a snapshot newer than the log is ignored, also when the log grows past it with another history', () =>
    play({ seed: 'I10', backing }, async (simulation) => {
      const a = simulation.process('a', {
        agents: (effects) => [job(effects, { run: workFor(10) })],
        snapshotEveryEvents: 2,
      })
      await simulation.until(a.start())
      const agent = await simulation.until(a.startAgent('job', { id: '1', input: { agent: '1' } }))
      await simulation.until(agent.waitFor((state) => state.matches('idle')))
      for (const text of ['1', '2', '3', '4', '5', '6']) await simulation.until(agent.send({ type: 'note', text }))
      await simulation.advance(5_000)
      const kept = Number(agent.getSnapshot().revision) - 5
      a.kill()
      await simulation.disk.restoreBackup({ 'job-1': kept })
      await simulation.until(a.start())
      const restored = await simulation.until(a.attach('job', '1'))
      expect(restored.getSnapshot().context.notes, 'beyond the head').not.toContain('6')
      a.kill()
      const web = simulation.process('web', { agents: (effects) => [job(effects)], worker: false })
      await simulation.until(web.start())
      const remote = await simulation.until(web.attach('job', '1'))
      for (let text = 0; text < 9; text++) await simulation.until(remote.send({ type: 'note', text: `new ${text}` }))
      await simulation.until(a.start())
      const grown = await simulation.until(a.attach('job', '1'))
      expect(grown.getSnapshot().context.notes.at(-1)).toBe('new 8')
      return { seen: [{ stream: 'job-1', process: 'a', state: grown.getSnapshot() }] }
    }))

  test('I10 recovery from a snapshot gives what folding from zero gives', () =>
    play({ seed: 'I10b', backing }, async (simulation) => {
      const a = simulation.process('a', {
        agents: (effects) => [job(effects, { run: workFor(10) })],
        snapshotEveryEvents: 2,
      })
      await simulation.until(a.start())
      const agent = await simulation.until(a.startAgent('job', { id: '1', input: { agent: '1' } }))
      await simulation.until(agent.waitFor((state) => state.matches('idle')))
      for (const text of ['1', '2', '3', '4', '5']) await simulation.until(agent.send({ type: 'note', text }))
      await simulation.advance(5_000)
      a.kill()
      await simulation.until(a.start())
      const again = await simulation.until(a.attach('job', '1'))
      return { seen: [{ stream: 'job-1', process: 'a', state: again.getSnapshot() }] }
    }))

  test('I16 the clock is a day ahead for one record: `at` never goes back, and later timers are not moved', () =>
    play({ seed: 'I16', backing }, async (simulation) => {
      const a = simulation.process('a', { agents: (effects) => [job(effects, { run: workFor(10) })] })
      await simulation.until(a.start())
      const agent = await simulation.until(a.startAgent('job', { id: '1', input: { agent: '1' } }))
      await simulation.until(agent.waitFor((state) => state.matches('idle')))
      await simulation.until(agent.send({ type: 'leave' }))
      a.clock.jump(DAY_MS)
      await simulation.until(agent.send({ type: 'note', text: 'from the future' }))
      a.clock.jump(-DAY_MS)
      await simulation.until(agent.send({ type: 'enter' }))
      const entered = simulation.time.now()
      await simulation.advance(PATIENCE_MS / 2)
      expect(agent.getSnapshot().context.reminders, 'not at once').toBe(0)
      await simulation.until(
        agent.waitFor((state) => state.context.reminders === 1),
        { withinMs: PATIENCE_MS },
      )
      expect(simulation.time.now() - entered).toBeGreaterThanOrEqual(PATIENCE_MS - 10)
    }))
})
