/** A store that this process can use no more, as a file that was deleted under it. */
import { expect, test } from 'vitest'
import { RefoldError } from '../errors.js'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { settle } from './manual-time.fixture.js'
import { LEASE_MS, outcomeOf, startProcess } from './process.fixture.js'
import type { FaultyStore } from './faulty-store.fixture.js'
import { workAgent } from './work-agent.fixture.js'

const FATAL = { code: 'STORE_FATAL' }

test('RCV-51 a worker whose heartbeats meet a lost store says so once, and not as a warning for ever', async () => {
  const { process, lose } = await losing()
  lose('registers')
  await process.time.advance(5 * LEASE_MS)
  expect(process.reports).toMatchObject([{ ...FATAL, facts: { cause: FATAL } }])
  expect(process.reports[0]).not.toHaveProperty('agent')
  expect(process.logged.filter(({ message }) => message.includes('heartbeat'))).toEqual([])
})

test.each([undefined, false] as const)(
  'RCV-51 those who wait for an agent of a lost store hear of it (worker: %s)',
  async (worker) => {
    const { process, lose, definition } = await losing({ worker })
    const agent = await process.runtime.start(definition, { id: '1' })
    const waiting = [agent.done(), agent.waitFor((state) => state.value === 'worked')].map((wait) => outcomeOf(wait))
    expect(await Promise.all(waiting)).toEqual(['pending', 'pending'])
    const waits = Promise.allSettled([agent.done(), agent.waitFor((state) => state.value === 'worked')])
    lose('everything')
    await process.time.advance(LEASE_MS)
    expect(await outcomeOf(waits)).toMatchObject({ value: [{ reason: FATAL }, { reason: FATAL }] })
    expect(process.reports.filter(({ agent }) => agent === undefined)).toMatchObject([FATAL])
  },
)

async function losing({ worker }: { readonly worker?: false | undefined } = {}) {
  const definition = workAgent({ body: controlledBody().body })
  let lose: (what: 'registers' | 'everything') => void = () => {}
  const prepare = ({ store }: { readonly store: FaultyStore }): void => void (lose = losable(store))
  const options = worker === undefined ? {} : { worker }
  const process = await startProcess({ log: memoryLog(), agents: [definition], prepare, ...options })
  await settle()
  return { process, definition, lose: (what: 'registers' | 'everything') => lose(what) }
}

/** What it is told to lose answers with `STORE_FATAL` from then on. */
function losable(store: FaultyStore): (what: 'registers' | 'everything') => void {
  const lost = new Set<string>()
  let end: () => void = () => {}
  const ended = new Promise<void>((resolve) => (end = resolve))
  const gone = (): RefoldError => new RefoldError('STORE_FATAL', 'the file was deleted while it was open')
  const { put } = store.registers
  store.registers.put = async (name, value) => {
    if (lost.has('registers')) throw gone()
    return put(name, value)
  }
  const read = store.read.bind(store)
  store.read = (...args) => {
    if (lost.has('everything')) throw gone()
    return read(...args)
  }
  store.externalAppends = async function* () {
    await ended
    yield []
    throw gone()
  }
  return (what) => {
    lost.add('registers').add(what)
    if (what === 'everything') end()
  }
}
