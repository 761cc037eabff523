/** What machines emit, as readers of the stream get it. */
import { expect, test } from 'vitest'
import { emit, setup } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import { memoryLog } from '../store/memory-store.js'
import { toRevision } from '../record/revision.js'
import { settle } from './manual-time.fixture.js'
import { startProcess } from './process.fixture.js'

const machine = setup({
  types: {
    events: {} as { type: 'add'; n: number } | { type: 'rest' },
    emitted: {} as { type: 'opened' } | { type: 'added'; n: number },
  },
}).createMachine({
  entry: emit({ type: 'opened' }),
  on: {
    add: {
      actions: [
        emit(({ event }) => ({ type: 'added' as const, n: event.n })),
        emit(({ event }) => ({ type: 'added' as const, n: event.n + 1 })),
      ],
    },
    rest: { actions: () => {} },
  },
})
const emitter = defineAgent({ name: 'emitter', version: 1, machine })

test('HIS-8 what is emitted comes with its record, from the first on, in every process', async () => {
  const log = memoryLog()
  const process = await startProcess({ log, agents: [emitter] })
  const agent = await process.runtime.start(emitter, { id: '1' })
  const [live, heard]: [unknown[], unknown[]] = [[], []]
  agent.events$.subscribe(({ emitted }) => live.push(emitted))
  agent.on('added', ({ n }) => heard.push(n))
  await agent.send({ type: 'add', n: 1 })
  await agent.send({ type: 'rest' })
  await settle()
  const added = [
    { type: 'added', n: 1 },
    { type: 'added', n: 2 },
  ]
  expect(live).toEqual([added, undefined])
  expect(heard).toEqual([1, 2])
  const web = await startProcess({ log, agents: [emitter], worker: false })
  const all: unknown[] = []
  const there = await web.runtime.attach(emitter, '1')
  there.eventsFrom(toRevision(0)).subscribe((event) => all.push([event.type, event.emitted]))
  await settle()
  expect(all).toEqual([
    ['refold.started', [{ type: 'opened' }]],
    ['add', added],
    ['rest', undefined],
  ])
})
