import { createRuntime } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { expect, it } from 'vitest'
import { moment } from '../moment.fixture.js'
import { runExample, startExample } from '../process.fixture.js'
import type { Running } from '../process.fixture.js'
import { tempFile } from '../temp-file.fixture.js'
import { openAgency } from './agency.js'
import type { Wish } from './agency.js'
import { trip } from './agent.js'

const open = (file: string) => createRuntime({ store: sqliteStore(file), agents: [trip], onReport: () => {} })

it('books all of a trip', async () => {
  await using agency = await openAgency()
  await using refold = await open(tempFile())
  const agent = await refold.start(trip, { id: '1', input: { agency: agency.url } })
  const { output } = await agent.done()
  expect(output.done.map(({ step }) => step)).toEqual(['flight', 'hotel', 'payment'])
  expect(agency.done).toEqual(['make flight', 'make hotel', 'make payment'])
})

it.each([
  ['flight', []],
  ['hotel', ['make flight', 'undo flight']],
  ['payment', ['make flight', 'make hotel', 'undo hotel', 'undo flight']],
])('undoes exactly what was completed when the %s is refused', async (refused, done) => {
  await using agency = await openAgency({ refuses: { [refused]: 'sold out' } })
  await using refold = await open(tempFile())
  const agent = await refold.start(trip, { id: '1', input: { agency: agency.url } })
  expect((await agent.done()).output).toEqual({ done: [], why: 'sold out' })
  expect(agency.done).toEqual(done)
})

/** Kills the process that books when the agency has carried out this wish, and before it answers. */
async function killedAt(isMoment: (wish: Wish) => boolean, refuses: Record<string, string>) {
  const file = tempFile()
  let worker: Running | undefined
  const beforeReply = (wish: Wish): void => {
    if (isMoment(wish)) worker?.child.kill('SIGKILL')
  }
  const agency = await openAgency({ refuses, beforeReply })
  worker = startExample('15-a-saga/worker', [file, '1', agency.url])
  expect(await worker.ended).toMatchObject({ signal: 'SIGKILL' })
  worker = undefined
  return { file, agency }
}

it.each([
  ['make', 'hotel'],
  ['undo', 'hotel'],
  ['undo', 'flight'],
] as const)('goes on where it was when it is killed in the middle of: %s %s', async (what, step) => {
  const { file, agency } = await killedAt((wish) => wish.what === what && wish.step === step, { payment: 'declined' })
  await using _ = agency
  await using refold = await open(file)
  const agent = await refold.attach(trip, '1')
  expect((await agent.done()).output).toEqual({ done: [], why: 'declined' })
  expect(agency.done).toEqual(['make flight', 'make hotel', 'undo hotel', 'undo flight'])
  const repeated = agency.calls.filter((wish) => wish.what === what && wish.step === step)
  expect(new Set(repeated.map(({ key }) => key)).size).toBe(1)
  expect(repeated).toHaveLength(2)
})

it('begins the payment once: killed in the middle of it, a person decides, and the rest is undone', async () => {
  const { file, agency } = await killedAt(({ step }) => step === 'payment', {})
  await using _ = agency
  await using refold = await open(file)
  const agent = await refold.attach(trip, '1')
  await agent.waitFor((state) => state.condition === 'in-doubt')
  const [payment] = await agent.inDoubt()
  await agent.resolve(payment?.effect ?? '', { fail: new Error('the bank has no trace of it'), by: 'ana' })
  expect((await agent.done()).output.why).toBe('the bank has no trace of it')
  expect(agency.calls.filter(({ step }) => step === 'payment')).toHaveLength(1)
  expect(agency.done.slice(3)).toEqual(['undo hotel', 'undo flight'])
})

it('is cancelled between two steps: the one under way is completed, then all is undone', async () => {
  const [booking, answer] = [moment(), moment()]
  const beforeReply = ({ what, step }: Wish): Promise<void> | void => {
    if (what !== 'make' || step !== 'hotel') return
    booking.reach()
    return answer.come
  }
  await using agency = await openAgency({ beforeReply })
  await using refold = await open(tempFile())
  const agent = await refold.start(trip, { id: '1', input: { agency: agency.url } })
  await booking.come
  expect(await agent.cancel({ by: 'ana', reason: 'ana is ill', deadlineMs: 60_000 })).toMatchObject({
    value: { going: 'booking' },
    cancelling: { by: 'ana' },
  })
  answer.reach()
  expect((await agent.done()).output).toEqual({ done: [], why: 'ana is ill' })
  expect(agency.done).toEqual(['make flight', 'make hotel', 'undo hotel', 'undo flight'])
})

it('does so as a program', async () => {
  const { code, stdout } = await runExample('15-a-saga/main', [tempFile()])
  expect(stdout.split('\n')).toEqual([
    'killed (SIGKILL) after: make flight, make hotel, undo hotel',
    'in the end: make flight, make hotel, undo hotel, undo flight',
    'undone: the card was declined',
    '',
  ])
  expect(code).toBe(0)
})
