/** The records of one agent from a time, and from behind a cursor of the log. */
import { lastValueFrom, take, toArray } from 'rxjs'
import { expect, test } from 'vitest'
import { setup } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import type { Cursor } from '../public/follow.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import { createRuntime } from './create-runtime.js'
import { startProcess } from './process.fixture.js'

const book = defineAgent({
  name: 'book',
  version: 1,
  machine: setup({ types: { events: {} as { type: 'note' } } }).createMachine({ on: { note: { actions: () => {} } } }),
})

test('HIS-11 the records of an agent are given from a time on, and from behind a cursor, and then those that follow', async () => {
  const { runtime, time } = await startProcess({ log: memoryLog(), agents: [book] })
  const [one, two] = [await runtime.start(book, { id: '1' }), await runtime.start(book, { id: '2' })]
  for (let times = 0; times < 3; times++) {
    await time.advance(1_000)
    await one.send({ type: 'note' })
    await two.send({ type: 'note' })
  }
  const cursors: Cursor[] = []
  const times: number[] = []
  for await (const item of runtime.follow()) {
    if (item.kind === 'caught-up') break
    cursors.push(item.cursor)
    times.push(item.event.at)
  }
  const numbers = async (from: Parameters<typeof one.eventsFrom>[0], count: number): Promise<readonly number[]> => {
    const events = lastValueFrom(one.eventsFrom(from).pipe(take(count), toArray()))
    await one.send({ type: 'note' })
    return (await events).map(({ revision }) => Number(revision))
  }
  // In the log: started, started, then a note of each, three times.
  expect(await numbers({ at: (times[4] as number) - 1 }, 3)).toEqual([2, 3, 4])
  expect(await numbers(cursors[5] as Cursor, 3)).toEqual([3, 4, 5])
  expect(await numbers(cursors[6] as Cursor, 3)).toEqual([4, 5, 6])
  expect(await numbers({ at: 0 }, 2)).toEqual([0, 1])
})

test('HIS-11 a cursor of another log is lost, and a text that is none is refused', async () => {
  await using another = await createRuntime({ store: memoryStore(), agents: [book] })
  await another.start(book, { id: '1' })
  let cursor: Cursor | undefined
  for await (const item of another.follow()) {
    if (item.kind === 'caught-up') break
    cursor = item.cursor
  }
  await using runtime = await createRuntime({ store: memoryStore(), agents: [book] })
  const agent = await runtime.start(book, { id: '1' })
  await expect(lastValueFrom(agent.eventsFrom(cursor as Cursor))).rejects.toMatchObject({ code: 'CURSOR_LOST' })
  expect(() => agent.eventsFrom('tomorrow' as Cursor)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
})
