/** Messages between agents, and what may befall them on their way. */
import { describe, expect, test } from 'vitest'
import { BACKINGS } from './backings.fixture.js'
import { play } from './play.fixture.js'
import type { Fault } from '../simulation/faults.js'

import {
  AGENTS,
  ENOUGH,
  LONG_MS,
  MANY,
  MOST_PAUSE_MS,
  correspondence,
  damage,
  failuresOf,
  notesOf,
  types,
} from './correspondence.fixture.js'

const UNKNOWN: readonly { readonly name: string; readonly fault: Fault }[] = [
  { name: 'lost', fault: { kind: 'unknown', stored: false } },
  { name: 'stored', fault: { kind: 'unknown', stored: true } },
  { name: 'stored later', fault: { kind: 'unknown', storedAfterMs: 700 } },
]

describe.each(BACKINGS)('on $name', ({ backing, slow }) => {
  const tries = slow ? ENOUGH : MANY

  test.each(UNKNOWN)(
    'I6 MSG-3 message 1 is unknown and in truth $name, message 2 is queued: both arrive once, in order',
    ({ fault }) =>
      play({ seed: 'I6', backing }, async (simulation) => {
        const { b, from, to } = await correspondence(simulation)
        simulation.faults.add({ process: 'a', target: 'reader-1', times: 3, fault })
        await simulation.until(from.send({ type: 'write', to: '1', text: 'first' }))
        await simulation.until(from.send({ type: 'write', to: '1', text: 'second' }))
        await simulation.until(to.waitFor((state) => state.context.notes.length === 2))
        await simulation.advance(LONG_MS)
        expect(await notesOf(simulation, b)).toEqual(['first', 'second'])
        return { allDelivered: true }
      }),
  )

  test.each([
    { name: 'before the append', when: 'before' as const },
    { name: 'after the append', when: 'after' as const },
  ])('I7 MSG-2 the owner of the sender dies $name to the receiver: the message arrives once', ({ when }) =>
    play({ seed: 'I7', backing }, async (simulation) => {
      const { b, from } = await correspondence(simulation)
      simulation.faults.add({ process: 'a', target: 'reader-1', fault: { kind: 'crash', when } })
      void from.send({ type: 'write', to: '1', text: 'first' }).catch(() => undefined)
      await simulation.advance(LONG_MS)
      expect(await notesOf(simulation, b)).toEqual(['first'])
      expect(await types(simulation, 'writer-1')).toContain('refold.message.acknowledged')
      return { allDelivered: true }
    }),
  )

  test('I7 MSG-2 the owner of the sender dies before the receiver’s answer is recorded: it is asked again and has it already', () =>
    play({ seed: 'I7c', backing }, async (simulation) => {
      const { b, from } = await correspondence(simulation)
      const fault: Fault = { kind: 'crash', when: 'before' }
      simulation.faults.add({ process: 'a', type: 'refold.message.acknowledged', fault })
      await simulation.until(from.send({ type: 'write', to: '1', text: 'first' }))
      await simulation.advance(LONG_MS)
      expect(await notesOf(simulation, b)).toEqual(['first'])
      expect((await types(simulation, 'reader-1')).filter((type) => type === 'note')).toHaveLength(1)
      return { allDelivered: true }
    }))

  test('MSG-6 an owner that was replaced while it delivered wakes and delivers nothing twice', () =>
    play({ seed: 'MSG-6', backing }, async (simulation) => {
      const { a, b, from } = await correspondence(simulation)
      simulation.faults.add({ process: 'a', target: 'reader-1', fault: { kind: 'delayed', requestMs: 100_000 } })
      await simulation.until(from.send({ type: 'write', to: '1', text: 'first' }))
      await simulation.advance(50)
      a.stop()
      await simulation.advance(LONG_MS)
      expect(await notesOf(simulation, b)).toEqual(['first'])
      a.continue({ monotonic: 'stood-still' })
      await simulation.advance(3 * LONG_MS)
      expect(await notesOf(simulation, b)).toEqual(['first'])
      return { allDelivered: true }
    }))

  test('MSG-6 an owner that was replaced before it found the receiver does not deliver what its successor has settled', () =>
    play({ seed: 'MSG-6b', backing }, async (simulation) => {
      const { a, b, from } = await correspondence(simulation)
      const slow: Fault = { kind: 'delayed', requestMs: 100_000 }
      simulation.faults.add({ process: 'a', operation: 'read', target: 'reader-2', fault: slow })
      simulation.faults.deaf.add('a')
      await simulation.until(from.send({ type: 'write', to: '2', text: 'hello?' }))
      await simulation.advance(50)
      a.stop()
      await simulation.advance(LONG_MS)
      const sender = await simulation.until(b.attach('writer', '1'))
      expect(sender.getSnapshot().context.failures).toEqual([{ text: 'hello?', code: 'NOT_FOUND' }])
      const late = await simulation.until(b.startAgent('reader', { id: '2' }))
      a.continue({ monotonic: 'stood-still' })
      await simulation.advance(3 * LONG_MS)
      expect(late.getSnapshot().context.notes).toEqual([])
      return { allDelivered: true }
    }))

  test('MSG-6 a message that was sent where no one performs is delivered by the owner, also when no news reach it', () =>
    play({ seed: 'MSG-6c', backing }, async (simulation) => {
      const { to } = await correspondence(simulation)
      const web = simulation.process('web', { ...AGENTS, worker: false })
      await simulation.until(web.start())
      const remote = await simulation.until(web.attach('writer', '1'))
      simulation.faults.deaf.add('a')
      await simulation.until(remote.send({ type: 'write', to: '1', text: 'first' }))
      await simulation.until(
        to.waitFor((state) => state.context.notes.length === 1),
        { withinMs: LONG_MS },
      )
      await simulation.advance(LONG_MS)
      return { allDelivered: true }
    }))

  test('I8 MSG-10 the receiver is finished: the sender is told, also when its owner dies before that is recorded', () =>
    play({ seed: 'I8a', backing }, async (simulation) => {
      const { b, from, to } = await correspondence(simulation)
      await simulation.until(to.send({ type: 'shut' }))
      const fault: Fault = { kind: 'crash', when: 'before' }
      simulation.faults.add({ process: 'a', type: 'refold.message.undelivered', fault })
      await simulation.until(from.send({ type: 'write', to: '1', text: 'too late' }))
      await simulation.advance(LONG_MS)
      const sender = await simulation.until(b.attach('writer', '1'))
      expect(sender.getSnapshot().context.failures).toEqual([{ text: 'too late', code: 'NOT_ACTIVE' }])
      expect((await types(simulation, 'reader-1')).filter((type) => type === 'refold.message.refused')).toHaveLength(1)
      return { allDelivered: true }
    }))

  test('I8 MSG-10 the receiver’s transition throws: the sender is told, and what comes after it arrives', () =>
    play({ seed: 'I8b', backing }, async (simulation) => {
      const { from, to } = await correspondence(simulation)
      await simulation.until(from.send({ type: 'write', to: '1', text: 'bomb' }))
      await simulation.until(from.send({ type: 'write', to: '1', text: 'flowers' }))
      await simulation.until(to.waitFor((state) => state.context.notes.length === 1))
      await simulation.until(from.waitFor((state) => state.context.failures.length === 1))
      expect(from.getSnapshot().context.failures).toEqual([{ text: 'bomb', code: 'EVENT_REFUSED' }])
      expect(to.getSnapshot().context.notes).toEqual(['flowers'])
      expect(to.getSnapshot().condition).toBe('running')
      await simulation.advance(LONG_MS)
      return { allDelivered: true }
    }))

  test('I8 MSG-10 there is no receiver: the sender is told', () =>
    play({ seed: 'I8c', backing }, async (simulation) => {
      const { from } = await correspondence(simulation)
      await simulation.until(from.send({ type: 'write', to: 'no-one', text: 'hello?' }))
      await simulation.until(from.waitFor((state) => state.context.failures.length === 1))
      expect(from.getSnapshot().context.failures).toEqual([{ text: 'hello?', code: 'NOT_FOUND' }])
      return { allDelivered: true }
    }))

  test('MSG-7 an agent ends with a message in its outbox and its owner dies: another worker delivers it', () =>
    play({ seed: 'MSG-7', backing }, async (simulation) => {
      const { b, from } = await correspondence(simulation)
      simulation.faults.add({ process: 'a', target: 'reader-1', fault: { kind: 'crash', when: 'before' } })
      void from.send({ type: 'finish' }).catch(() => undefined)
      await simulation.advance(LONG_MS)
      expect(await notesOf(simulation, b)).toEqual(['farewell'])
      const sender = await simulation.until(b.attach('writer', '1'))
      expect(sender.getSnapshot().status).toBe('done')
      return { allDelivered: true }
    }))

  test('MSG-7 everything dies before a finished agent’s message is delivered: the next process delivers it', () =>
    play({ seed: 'MSG-7b', backing }, async (simulation) => {
      const { a, b, from } = await correspondence(simulation)
      simulation.faults.add({ process: 'a', target: 'reader-1', fault: { kind: 'crash', when: 'before' } })
      b.kill()
      void from.send({ type: 'finish' }).catch(() => undefined)
      await simulation.when(() => a.state === 'down')
      await simulation.until(b.start())
      await simulation.advance(LONG_MS)
      expect(await notesOf(simulation, b)).toEqual(['farewell'])
      return { allDelivered: true }
    }))

  test('MSG-8 a paused agent’s messages wait until it is resumed', () =>
    play({ seed: 'MSG-8', backing }, async (simulation) => {
      const { b, from } = await correspondence(simulation)
      await simulation.until(from.pause({ by: 'ana' }))
      await simulation.until(from.send({ type: 'write', to: '1', text: 'first' }))
      await simulation.advance(LONG_MS)
      expect(await notesOf(simulation, b)).toEqual([])
      await simulation.until(from.resume({ by: 'ana' }))
      await simulation.advance(1_000)
      expect(await notesOf(simulation, b)).toEqual(['first'])
      return { allDelivered: true }
    }))

  test('MSG-9 while the store rejects, a message is tried again without limit, and someone is told once', () =>
    play({ seed: 'MSG-9', backing }, async (simulation) => {
      const { a, from, to } = await correspondence(simulation)
      simulation.faults.add({ process: 'a', target: 'reader-1', times: tries, fault: { kind: 'rejected' } })
      await simulation.until(from.send({ type: 'write', to: '1', text: 'first' }))
      await simulation.until(
        to.waitFor((state) => state.context.notes.length === 1),
        { withinMs: tries * MOST_PAUSE_MS },
      )
      expect(failuresOf(a)).toHaveLength(tries)
      expect(a.reports.map(({ code, agent }) => [code, agent?.name])).toEqual([['STORE_REJECTED', 'writer']])
      await simulation.advance(LONG_MS)
      return { allDelivered: true }
    }))

  test.each([
    { name: 'before the sender’s owner has read it', before: [] },
    { name: 'behind what the sender’s owner has read', before: ['zeroth'] },
  ])(
    'MSG-9 while the receiver’s stream is unreadable, damaged $name, a message is tried again without limit, and someone is told once',
    ({ before }) =>
      play({ seed: 'MSG-9 unreadable', backing }, async (simulation) => {
        const { a, b, from } = await correspondence(simulation)
        for (const text of before) await simulation.until(from.send({ type: 'write', to: '1', text }))
        await simulation.advance(1_000)
        simulation.faults.deaf.add('a')
        await damage(simulation, 'reader-1')
        await simulation.until(from.send({ type: 'write', to: '1', text: 'first' }))
        await simulation.advance(tries * MOST_PAUSE_MS)
        expect(failuresOf(a).length).toBeGreaterThan(tries)
        const told = a.reports.filter(({ agent }) => agent?.name === 'writer')
        expect(told.map(({ code }) => code)).toEqual(['UNREADABLE'])
        expect(from.getSnapshot().context.failures, 'it waits, and is not undelivered').toEqual([])

        a.kill()
        b.kill()
        await simulation.disk.restoreBackup({ 'reader-1': 1 + before.length })
        await simulation.until(Promise.all([a.start(), b.start()]))
        await simulation.advance(LONG_MS)
        expect(await notesOf(simulation, b)).toEqual([...before, 'first'])
        return { allDelivered: true }
      }),
  )

  test('MSG-14 a sender comes back from a backup: what the receiver has does not come again, and what is new does', () =>
    play({ seed: 'MSG-14', backing }, async (simulation) => {
      const { a, b, from, to } = await correspondence(simulation)
      await simulation.until(from.send({ type: 'write', to: '1', text: 'first' }))
      const kept = Number(from.getSnapshot().revision) + 1
      await simulation.until(to.waitFor((state) => state.context.notes.length === 1))
      for (const text of ['second', 'third']) await simulation.until(from.send({ type: 'write', to: '1', text }))
      await simulation.until(to.waitFor((state) => state.context.notes.length === 3))
      a.kill()
      b.kill()
      await simulation.disk.restoreBackup({ 'writer-1': kept })
      await simulation.until(a.start())
      const restored = await simulation.until(a.attach('writer', '1'))
      await simulation.advance(LONG_MS)
      for (const text of ['other', 'last']) await simulation.until(restored.send({ type: 'write', to: '1', text }))
      await simulation.advance(LONG_MS)
      expect(await notesOf(simulation, a)).toEqual(['first', 'second', 'third', 'other', 'last'])
      return { allDelivered: true }
    }))
})
