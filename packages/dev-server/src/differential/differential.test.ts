/** The same questions to the dev-server and to the real one. */
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { EventStoreDBClient } from '@eventstore/db-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDevServer } from '../start-dev-server.js'
import { APPEND_QUESTIONS } from './append-questions.fixture.js'
import { PERSISTENT_QUESTIONS } from './persistent-questions.fixture.js'
import { askingOf } from './question.fixture.js'
import { READ_QUESTIONS } from './read-questions.fixture.js'
import { realServer, whyNoServer } from './real-server.fixture.js'
import { STREAM_QUESTIONS } from './stream-questions.fixture.js'

/** The real server lags behind itself: a read just after an append to a stream that was deleted may not find it. */
const RETRIES = 3

const reason = whyNoServer()

const ALL_QUESTIONS = [...APPEND_QUESTIONS, ...STREAM_QUESTIONS, ...READ_QUESTIONS, ...PERSISTENT_QUESTIONS]
const QUESTIONS = reason === undefined ? ALL_QUESTIONS : []

describe('the dev-server and the real server', () => {
  const closing: (() => Promise<void>)[] = []
  let clients: readonly EventStoreDBClient[] = []

  beforeAll(async () => {
    if (reason !== undefined) return
    const real = await realServer()
    const own = await startDevServer({ port: 0 })
    clients = [own, real].map(({ connectionString }) => EventStoreDBClient.connectionString(connectionString))
    closing.push(real.stop, () => own.close())
  })

  afterAll(async () => {
    // A client's `dispose` may wait for ever for calls that ended.
    await Promise.race([Promise.all(clients.map((client) => client.dispose())), pause(2_000)])
    for (const close of closing) await close()
  })

  it('DEV-25 there is a real server to ask', ({ skip }) => {
    skip(reason !== undefined, reason)
    expect(clients).toHaveLength(2)
  })

  for (const { name, ask } of QUESTIONS) {
    it(`DEV-25 they answer alike: ${name}`, { retry: RETRIES }, async () => {
      const ids = new Map<number, string>()
      const run = randomUUID().slice(0, 8)
      const answers = []
      for (const client of clients) answers.push(await ask(askingOf(client, { run, name, ids })))
      const [own, real] = answers
      expect(own).toEqual(real)
    })
  }
})
