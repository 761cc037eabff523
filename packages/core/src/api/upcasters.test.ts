/** Events of older shapes, as readers of today see them. */
import { firstValueFrom, take, toArray } from 'rxjs'
import { describe, expect, test } from 'vitest'
import type { Upcaster } from '../log/upcaster.js'
import { FIRST_REVISION } from '../record/revision.js'
import { chartStream } from '../log/charts.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { createRuntime } from './create-runtime.js'
import { workAgent } from './work-agent.fixture.js'
import { internalsOf } from '../definition/define-agent.js'

const definition = workAgent({ body: controlledBody().body, initial: 'parked' })
const shout: Upcaster = {
  type: 'note',
  definition: 'work',
  upcast: ({ data }) => ({ type: 'remark', data: { words: (data as { text: string }).text.toUpperCase() } }),
}

async function noted(text: string): Promise<ReturnType<typeof memoryLog>> {
  const log = memoryLog()
  await using runtime = await createRuntime({ store: memoryStore(log), agents: [definition] })
  const agent = await runtime.start(definition, { id: '1' })
  await agent.send({ type: 'note', text })
  return log
}

describe('LOG-5 upcasters', () => {
  test('LOG-5 change what readers see, and not what the agent became', async () => {
    const log = await noted('hello')
    const store = memoryStore(log)
    await using runtime = await createRuntime({ store, agents: [definition], upcasters: [shout] })
    const agent = await runtime.attach(definition, '1')
    const events = await firstValueFrom(agent.eventsFrom(FIRST_REVISION).pipe(take(2), toArray()))
    expect(events.map(({ type, data }) => ({ type, data })).at(-1)).toEqual({
      type: 'remark',
      data: { words: 'HELLO' },
    })
    expect(agent.getSnapshot().context).toMatchObject({ notes: ['hello'] })
  })

  const throwing = (): never => {
    throw new Error('an unknown shape')
  }
  test.each<readonly [string, () => unknown]>([
    ['throws', throwing],
    ['gives nothing', () => undefined],
    ['gives no data', () => ({ type: 'note' })],
    ['gives a promise, which rejects', () => Promise.reject(new Error('no one waits for it'))],
  ])('LOG-5 one that %s is told to the reader with its type, and the agent goes on', async (_how, upcast) => {
    const log = await noted('hello')
    const broken: Upcaster = { type: 'note', upcast: upcast as Upcaster['upcast'] }
    await using runtime = await createRuntime({ store: memoryStore(log), agents: [definition], upcasters: [broken] })
    const agent = await runtime.attach(definition, '1')
    const reading = firstValueFrom(agent.eventsFrom(FIRST_REVISION).pipe(take(2), toArray()))
    await expect(reading).rejects.toMatchObject({ code: 'UPCAST_FAILED', facts: { type: 'note', definition: 'work' } })
    await agent.send({ type: 'note', text: 'again' })
  })
})

describe('LOG-6 the chart of a definition', () => {
  test('LOG-6 is stored once, by whatever process it is used', async () => {
    const log = await noted('a')
    await using runtime = await createRuntime({ store: memoryStore(log), agents: [definition] })
    await runtime.start(definition, { id: '2' })
    const { fingerprint, chart } = internalsOf(definition)
    const charts: unknown[] = []
    for await (const page of memoryStore(log).read(chartStream(fingerprint))) charts.push(...page)
    expect(charts).toMatchObject([
      { type: 'refold.chart', data: { definition: 'work', version: 1, fingerprint, chart } },
    ])
  })
})
