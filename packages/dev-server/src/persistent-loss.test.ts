/** Random answers and restarts: whatever happens, each event is acknowledged or parked in the end. */
import fc from 'fast-check'
import {
  persistentSubscriptionToAllSettingsFromDefaults,
  PINNED,
  ROUND_ROBIN,
  START,
  streamNameFilter,
  type PersistentAction,
} from '@eventstore/db-client'
import { it } from 'vitest'
import { consume, numbersIn, until } from './consumers.fixture.js'
import { numbered, runningServer } from './running-server.fixture.js'

const EVENTS = 60
const ANSWERS = ['ack', 'ack', 'ack', 'retry', 'park', 'nothing'] as const

const life = fc.record({
  answers: fc.array(fc.constantFrom<PersistentAction | 'ack' | 'nothing'>(...ANSWERS), { minLength: 3, maxLength: 9 }),
  capacities: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 3 }),
  restartAfter: fc.integer({ min: 1, max: EVENTS }),
})

it('DEV-34 random answers and restarts lose no event', async () => {
  const property = fc.asyncProperty(
    fc.constantFrom(ROUND_ROBIN, PINNED),
    fc.array(life, { minLength: 1, maxLength: 4 }),
    fc.integer({ min: 1, max: 8 }),
    async (consumerStrategyName, lives, checkPointUpperBound) => {
      const { client, server } = await runningServer()
      const changes = { checkPointLowerBound: 1, checkPointAfter: 1, maxRetryCount: 3 }
      const settings = { startFrom: START, consumerStrategyName, checkPointUpperBound, ...changes } as const
      const filter = streamNameFilter({ prefixes: ['order-'] })
      const made = persistentSubscriptionToAllSettingsFromDefaults(settings)
      await client.createPersistentSubscriptionToAll('g', made, { filter })
      for (let n = 0; n < EVENTS; n++) await client.appendToStream(`order-${n % 7}`, numbered(1, { from: n }))
      const done = new Set<number>()
      for (const { answers, capacities, restartAfter } of lives) {
        let given = 0
        const consumers = capacities.map((bufferSize) => {
          const consumer = consume(client, { stream: '$all', bufferSize, answer: 'nothing' })
          consumer.subscription.on('data', (event: (typeof consumer.events)[number]) => {
            const answer = answers[given++ % answers.length] ?? 'ack'
            if (answer === 'ack') void consumer.subscription.ack(event).then(() => done.add(numberOf(event)), ignore)
            else if (answer !== 'nothing') void consumer.subscription.nack(answer, '', event).catch(ignore)
          })
          return consumer
        })
        const restartsAt = performance.now() + 150
        await until(() => given >= restartAfter || performance.now() > restartsAt)
        await client.restartPersistentSubscriptionSubsystem()
        await Promise.all(consumers.map(({ ended }) => ended))
      }
      const last = consume(client, { stream: '$all', bufferSize: 50 })
      await client.replayParkedMessagesToAll('g')
      await until(() => new Set([...done, ...numbersIn(last)]).size === EVENTS)
      await server.close()
    },
  )
  await fc.assert(property, { numRuns: 12 })
})

function numberOf({ event }: { readonly event?: { readonly data: unknown } }): number {
  return (event?.data as { readonly n: number } | undefined)?.n ?? Number.NaN
}

const ignore = (): void => {}
