/** What a caller is told of the revision: it is that of the record which its own call made, and of no neighbour. */
import { describe, expect, test } from 'vitest'
import { firstValueFrom, take, toArray } from 'rxjs'
import { invariant } from '../errors.js'
import { memoryLog } from '../store/memory-store.js'
import { toRevision } from '../record/revision.js'
import type { Revision } from '../record/revision.js'
import { controlledBody } from './controlled-body.fixture.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { eventsOf, outliveLease, startProcess, typesOf } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

async function scene() {
  const log = memoryLog()
  const time = new ManualTime()
  const work = controlledBody()
  const [one, two] = [1, 2].map((version) =>
    workAgent({ body: work.body, version, initial: 'parked', policy: { safety: 'never-retry' } }),
  )
  invariant(one !== undefined && two !== undefined, 'two versions')
  const open = () => startProcess({ log, time, agents: [one, two] })
  const process = await open()
  /** The record at the revision that was told, and how many follow it. */
  const at = async ({ revision }: { readonly revision: Revision }, stream = 'work-1') => {
    const events = await eventsOf(log, stream)
    const { type, data, revision: stored } = events[Number(revision)] ?? {}
    return { type, data, isIts: stored === revision, after: events.length - 1 - Number(revision) }
  }
  return { log, work, one, two, open, process, at }
}

describe('SND-71 the revision that is told is that of the very record', () => {
  test('SND-71 of a start, with a first event and without, and of the same start again', async () => {
    const { process, one, at } = await scene()
    const agent = await process.runtime.start(one, { id: '1' })
    expect(await at(agent.getSnapshot())).toMatchObject({ type: 'refold.started', isIts: true, after: 0 })
    const event = { type: 'note', text: 'first' } as const
    const other = await process.runtime.start(one, { id: '2', event })
    expect(await at(other.getSnapshot(), 'work-2')).toMatchObject({ data: { text: 'first' }, isIts: true, after: 0 })
    const again = await process.runtime.start(one, { id: '2', event })
    expect(again.getSnapshot().revision).toBe(1n)
  })

  test('SND-71 of events that go in one append, and of one whose id is known', async () => {
    const { process, one, at } = await scene()
    const agent = await process.runtime.start(one, { id: '1' })
    const seen = firstValueFrom(agent.events$.pipe(take(3), toArray()))
    const texts = ['a', 'b', 'c']
    const states = await Promise.all(texts.map((text) => agent.send({ type: 'note', text }, { id: text })))
    for (const [index, state] of states.entries()) {
      expect(state.context.notes.at(-1)).toBe(texts[index])
      expect(await at(state)).toEqual({ type: 'note', data: { text: texts[index] }, isIts: true, after: 2 - index })
    }
    expect((await seen).map(({ revision, data }) => [revision, data])).toEqual(
      texts.map((text, index) => [BigInt(index + 1), { text }]),
    )
    const again = await agent.send({ type: 'note', text: 'a' }, { id: 'a' })
    expect(await at(again)).toMatchObject({ data: { text: 'c' }, after: 0 })
    expect(again.context.notes).toEqual(texts)
  })

  test('SND-71 of commands, of a decision about a doubt, of a migration and of a fork', async () => {
    const { log, process, one, two, open, at } = await scene()
    const agent = await process.runtime.start(one, { id: '1' })
    expect(await at(await agent.pause())).toMatchObject({ type: 'refold.paused', after: 0 })
    expect(await at(await agent.resume())).toMatchObject({ type: 'refold.resumed', after: 0 })
    expect(await at(await agent.send({ type: 'go' }))).toMatchObject({ type: 'go' })
    await settle()
    process.die()
    const next = await open()
    await outliveLease(next.time)
    const taken = await next.runtime.attach(one, '1')
    const [doubt] = await taken.inDoubt()
    invariant(doubt !== undefined, 'the payment is in doubt')
    expect(await at({ revision: toRevision(doubt.inDoubt?.revision ?? 0) })).toMatchObject({
      type: 'refold.claimed',
      after: 0,
    })
    const resolved = await taken.resolve(doubt, { complete: 'paid' })
    expect(resolved.value).toBe('worked')
    expect(await at(resolved)).toMatchObject({ type: 'refold.effect.done', isIts: true, after: 0 })
    const moved = await next.runtime.migrate(two, '1')
    expect(await at(moved.getSnapshot())).toMatchObject({ type: 'refold.migrated', after: 0 })
    const fork = await next.runtime.fork(two, '1', { as: '2' })
    expect(await at(fork.getSnapshot(), 'work-2')).toMatchObject({ type: 'refold.forked', after: 0 })
    expect(await at(await moved.cancel())).toMatchObject({ type: 'refold.cancelled', after: 0 })
    expect((await typesOf(log, 'work-1')).at(-1)).toBe('refold.cancelled')
  })

  test('SND-71 of what observers and followers are given', async () => {
    const { log, process, one } = await scene()
    const agent = await process.runtime.start(one, { id: '1', event: { type: 'note', text: 'a' } })
    await agent.send({ type: 'note', text: 'b' })
    const stored = (await eventsOf(log, 'work-1')).map(({ type, revision }) => [type, revision])
    const followed: unknown[] = []
    for await (const item of process.runtime.follow({ agents: [one] })) {
      if (item.kind !== 'event') break
      followed.push([item.event.type, item.event.revision])
    }
    expect(followed).toEqual(stored)
    const from = await firstValueFrom(agent.eventsFrom(toRevision(1)).pipe(take(2), toArray()))
    expect(from.map(({ type, revision }) => [type, revision])).toEqual(stored.slice(1))
  })
})
