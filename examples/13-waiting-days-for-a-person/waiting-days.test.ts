import { createRuntime, createWorld, toRevision } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { firstValueFrom, toArray } from 'rxjs'
import { expect, it } from 'vitest'
import { laterClock } from '../03-timers/later-clock.js'
import { runExample } from '../process.fixture.js'
import { tempFile } from '../temp-file.fixture.js'
import { refund } from './agent.js'

const DAY_MS = 86_400_000
const INPUT = { to: 'Ana', cents: 1_000 }

/** A process, so many days later. */
function processAfter(days: number, file: string) {
  const world = createWorld({ clock: laterClock({ byMs: days * DAY_MS }) })
  return createRuntime({ store: sqliteStore(file), agents: [refund], world })
}

it('takes an answer after four days, with a reminder in between, and records who gave it to what', async () => {
  const file = tempFile()
  let question
  {
    await using refold = await processAfter(0, file)
    question = await (await refold.start(refund, { id: '1', input: INPUT })).approval('approve')
  }
  expect(question.payload).toEqual({ to: 'Ana', cents: 1_000 })
  {
    await using refold = await processAfter(2, file)
    const agent = await refold.attach(refund, '1')
    await agent.waitFor((state) => state.context.reminders === 1 && state.matches({ asking: 'patient' }))
  }
  await using refold = await processAfter(2.5, file)
  const agent = await refold.attach(refund, '1')
  await agent.send({ type: 'approve' }, { by: 'bo', approval: question })
  expect((await agent.done()).output.receipt).toMatch(/^1000@/)
  const history = await firstValueFrom(agent.eventsFrom(toRevision(0)).pipe(toArray()))
  const { revision, payloadHash } = question
  expect(history.find(({ type }) => type === 'approve')).toMatchObject({
    by: 'bo',
    approved: { revision, payloadHash },
  })
})

it('refuses an answer to an amount that has changed, and takes one to the new amount', async () => {
  await using refold = await processAfter(0, tempFile())
  const agent = await refold.start(refund, { id: '1', input: INPUT })
  const old = await agent.approval('approve')
  await agent.send({ type: 'amend', cents: 90_000 })
  await expect(agent.send({ type: 'approve' }, { by: 'bo', approval: old })).rejects.toMatchObject({
    code: 'STALE_APPROVAL',
    facts: { why: 'payload', changed: [{ op: 'replace', path: '/cents', value: 90_000 }] },
  })
  await agent.send({ type: 'approve' }, { by: 'bo', approval: await agent.approval('approve') })
  expect((await agent.done()).output.receipt).toMatch(/^90000@/)
})

it('gives up after a week without an answer, and when it is cancelled', async () => {
  const file = tempFile()
  {
    await using refold = await processAfter(0, file)
    await refold.start(refund, { id: '1', input: INPUT })
    const cancelled = await refold.start(refund, { id: '2', input: INPUT })
    expect(await cancelled.cancel({ by: 'the shop', deadlineMs: DAY_MS })).toMatchObject({
      status: 'done',
      output: { why: 'it was cancelled' },
    })
  }
  await using refold = await processAfter(8, file)
  const agent = await refold.attach(refund, '1')
  expect((await agent.done()).output).toEqual({ receipt: '', why: 'no one answered' })
})

it('is answered by a link, days later, as programs', async () => {
  const env = { REFUND_DB: tempFile() }
  const run = (...args: string[]) => runExample('13-waiting-days-for-a-person/main', args, { env })
  const asked = await run()
  expect(asked).toMatchObject({ code: 0, stdout: expect.stringContaining('1000 cents for Ana? reminded 0 times') })
  const link = /approve (\S+)/.exec(asked.stdout)?.[1] ?? ''
  const later = await run('--days', '2')
  expect(later.stdout).toMatch(/overdue +refund-parcel-7: .+, by 1 d/)
  expect(later.stdout).toContain('reminded 1 times')
  expect((await run('--days', '3', 'amend', '1200')).stdout).toContain('1200 cents')
  expect(await run('--days', '3', 'approve', link, 'bo')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('STALE_APPROVAL: what is to be approved has changed'),
  })
  await run('--days', '3', 'amend', '1000')
  expect(await run('--days', '4', 'approve', link, 'bo')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('transferred: 1000@'),
  })
})
