/** Random charts that use all of XState: the code that made a history finds nothing in it. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { AgentDefinition } from '../definition/agent-types.js'
import { Decider } from '../decide/decider.fixture.js'
import type { Envelope } from '../decide/inputs.js'
import { defineAgent } from '../definition/define-agent.js'
import { isRefoldError } from '../errors.js'
import { toRevision } from '../record/revision.js'
import type { StoredEvent } from '../store/port.js'
import { Allowance } from '../step/random-charts/allowance.fixture.js'
import { CHART_EVENTS, randomChart } from '../step/random-charts/random-chart.fixture.js'
import { seeded } from '../step/random-charts/seeded.fixture.js'
import type { Seeded } from '../step/random-charts/seeded.fixture.js'
import type { ChartInput } from '../step/tree-step.js'
import { verifyHistory } from './verify-history.js'

const CHARTS = Number(process.env['REFOLD_CHARTS'] ?? 200)
const FIRST = Number(process.env['REFOLD_CHART_SEED'] ?? 1)
const BATCH = 100
const INPUTS = 14

describe(`random charts from seed ${FIRST} on`, () => {
  let decided = 0
  // XState's development build tells of every event to an actor that has stopped.
  beforeAll(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}))
  afterAll(() => void vi.restoreAllMocks())

  for (let first = FIRST; first < FIRST + CHARTS; first += BATCH)
    test(`VER-1 are decided again as they were (seeds ${first} to ${first + BATCH - 1})`, async () => {
      for (let seed = first; seed < Math.min(first + BATCH, FIRST + CHARTS); seed++) decided += await play(seed)
      expect(decided).toBeGreaterThan(0)
    })
})

/** How many records were decided again. */
async function play(seed: number): Promise<number> {
  const definition = definitionOf(seed)
  const decider = new Decider(definition)
  const random = seeded(seed + 9_000_000)
  for (let n = 0; n <= INPUTS; n++) {
    decider.now += random.below(30)
    for (const envelope of nextInputs(decider, random)) {
      tried(() => decider.take(envelope))
      await Promise.resolve() // another input: the chart may answer again
    }
  }
  if (decider.records.length === 0) return 0
  const verified = await verifyHistory(sourceOf(decider), 'random-1', { agents: [definition] })
  const nothing = { differing: 0, differences: [], unsteady: [], noPlace: [] }
  expect(verified, `seed ${seed}`).toMatchObject({ records: decider.records.length, ...nothing })
  expect(verified.trouble, `seed ${seed}`).toBeUndefined()
  return verified.decided
}

/** As a store gives them: through JSON. */
function sourceOf({ records }: Decider) {
  const stored = JSON.parse(JSON.stringify(records)) as StoredEvent[]
  const page = stored.map((event, revision) => ({ ...event, stream: 'random-1', revision: toRevision(revision) }))
  return {
    read: async function* () {
      yield page
    },
  }
}

/** Its engine may answer so often for one input, and no two inputs are decided in one turn. */
function definitionOf(seed: number): AgentDefinition {
  const allowance = new Allowance()
  let isRenewed = false
  const spend = (): boolean => {
    if (!isRenewed) {
      isRenewed = true
      allowance.renew()
      queueMicrotask(() => (isRenewed = false))
    }
    return allowance.spend()
  }
  const driver = { started: () => {}, stopped: () => {}, received: () => {}, noted: () => {}, spend }
  return defineAgent({ name: 'random', version: 1, machine: randomChart(seed, driver) as never })
}

/** From the outside, from effects and timers, and now and then from an operator or another worker. */
function nextInputs({ state, records, now }: Decider, random: Seeded): readonly Envelope[] {
  const { owner = 'owner', epoch = 1 } = state?.agent ?? {}
  const own = (input: ChartInput): Envelope => ({ input, worker: owner, epoch })
  if (state === undefined) return [own({ kind: 'started', input: undefined })]
  const operator: Envelope[] = []
  const claimed = { kind: 'claimed', worker: `w${records.length}`, previous: owner } as const
  if (random.chance(0.1)) operator.push({ input: claimed, worker: claimed.worker })
  if (random.chance(0.1)) operator.push({ input: { kind: 'retried' }, worker: 'anyone' })
  const due = Object.keys(state.timers).filter((id) => (state.timers[id]?.due ?? now) <= now)
  const [timer] = due
  const effects = Object.keys(state.effects)
  if (timer !== undefined && random.chance(0.5)) return [own({ kind: 'timer.fired', timer }), ...operator]
  if (effects.length > 0 && random.chance(0.6)) return [own(outcomeOf(random.pick(effects), random)), ...operator]
  return [{ input: { kind: 'event', event: { type: random.pick(CHART_EVENTS) } }, worker: 'anyone' }, ...operator]
}

function outcomeOf(effect: string, random: Seeded): ChartInput {
  if (random.chance(0.7)) return { kind: 'effect.done', effect, output: { n: random.below(9) } }
  return { kind: 'effect.failed', effect, error: { name: 'Error', message: 'no' }, final: 'attempts' }
}

/** What a chart of chance makes of an input may be refused in any way. */
function tried(act: () => unknown): void {
  try {
    act()
  } catch (error) {
    if (!isRefoldError(error)) throw error
  }
}
