/** Many subscribers, and slow ones. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { binaryEvent, START } from '@eventstore/db-client'
import { expect, it } from 'vitest'
import { childServer, scratchDirectory } from './child-server.fixture.js'
import { clientOf, numbered, runningServer, take } from './running-server.fixture.js'

it('DEV-12 a thousand live subscriptions each get every event', async () => {
  const { client } = await runningServer()
  const subscriptions = await Promise.all(
    Array.from({ length: 1_000 }, async (_, n) => {
      const stream = `order-${n % 10}`
      const subscription =
        n % 20 === 0 ? client.subscribeToAll({ fromPosition: START }) : client.subscribeToStream(stream)
      const events = take(subscription, n % 20 === 0 ? 30 : 3)
      await new Promise((resolve) => subscription.once('caughtUp', resolve))
      return { subscription, events }
    }),
  )
  await Promise.all(Array.from({ length: 10 }, (_, n) => client.appendToStream(`order-${n}`, numbered(3))))
  const counts = await Promise.all(subscriptions.map(async ({ events }) => (await events).length))
  expect(counts.filter((count) => count === 3)).toHaveLength(950)
  expect(counts.filter((count) => count === 30)).toHaveLength(50)
  await Promise.all(subscriptions.map(({ subscription }) => subscription.unsubscribe()))
})

it('DEV-11 a subscriber that takes nothing costs no memory and holds up no one', async () => {
  const server = await childServer(['--db', join(scratchDirectory(), 'events.db'), '--no-projections'], {
    nodeOptions: ['--max-old-space-size=64', '--max-semi-space-size=1'], // or garbage is left lying, as much as the machine has room for
  })
  const client = clientOf(server.connectionString)
  const slow = client.subscribeToAll({ fromPosition: START })
  const isLive = new Promise((resolve) => slow.once('caughtUp', resolve))
  await isLive
  slow.pause()
  const append = async (n: number) =>
    client.appendToStream(
      `order-${n % 7}`,
      Array.from({ length: 8 }, () => binaryEvent({ type: 'large', data: new Uint8Array(100 * 1024) })),
    )
  for (let n = 0; n < 30; n++) await append(n)
  const before = residentMegabytes(server.child.pid)
  for (let n = 0; n < 110; n++) await append(n)
  const grown = residentMegabytes(server.child.pid) - before
  expect(grown).toBeLessThan(55) // of 88 that it did not take
  expect(await take(client.subscribeToAll({ fromPosition: START }), 100)).toHaveLength(100)
})

function residentMegabytes(pid: number | undefined): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024
}
