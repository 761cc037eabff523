/** Plain XState is the specification of the step engine. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { viewState } from '../state-view.js'
import { comparableOfPlain, comparableOfState, UNNAMED } from './comparable.fixture.js'
import { PlainRun } from './plain-run.fixture.js'
import { CHART_EVENTS } from './random-chart.fixture.js'
import type { RunInput } from './run-log.fixture.js'
import { seeded } from './seeded.fixture.js'
import type { Seeded } from './seeded.fixture.js'
import { TreeRun } from './tree-run.fixture.js'

const CHARTS = Number(process.env['REFOLD_CHARTS'] ?? 2_000)
const FIRST = Number(process.env['REFOLD_CHART_SEED'] ?? 1)
/** Few enough for a test that a busy machine comes to the end of. */
const BATCH = 100
const INPUTS = 14

interface Tally {
  steps: number
  effects: number
  timers: number
  emitted: number
  childErrors: number
  unnamed: number
  refused: number
  ended: number
}

describe(`random charts, ${CHARTS} from seed ${FIRST} on (replay one: REFOLD_CHART_SEED=<seed> REFOLD_CHARTS=1)`, () => {
  const tally: Tally = { steps: 0, effects: 0, timers: 0, emitted: 0, childErrors: 0, unnamed: 0, refused: 0, ended: 0 }

  // XState's development build tells of every event to an actor that has stopped.
  beforeAll(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}))
  afterAll(() => void vi.restoreAllMocks())

  for (let first = FIRST; first < FIRST + CHARTS; first += BATCH) {
    const last = Math.min(first + BATCH, FIRST + CHARTS)
    it(`do as plain XState does although the tree is thrown away after every input (seeds ${first} to ${last - 1})`, async () => {
      const before = tally.steps
      for (let seed = first; seed < last; seed++) await compareRuns(seed, tally)
      expect(tally.steps - before).toBeGreaterThanOrEqual(last - first)
    })
  }

  it('have met all that they are to test', () => {
    if (CHARTS < 1_000) return expect(tally.steps).toBeGreaterThan(0)
    for (const [what, count] of Object.entries(tally)) expect(count, what).toBeGreaterThan(50)
  })
})

async function compareRuns(seed: number, tally: Tally): Promise<void> {
  const random = seeded(seed + 7_000_000)
  const plain = new PlainRun(seed)
  const ours = new TreeRun(seed, { mode: 'hydrated' })
  const live = seed % 3 === 0 ? new TreeRun(seed, { mode: 'live' }) : undefined
  let input: RunInput | undefined
  for (let n = 0; n <= INPUTS; n++) {
    const where = `seed ${seed}, input ${n}: ${JSON.stringify(input)}`
    const log = input === undefined ? await plain.start() : await plain.step(input)
    const found = input === undefined ? ours.start() : ours.step(input)
    if (input === undefined) live?.start()
    else live?.step(input)
    tally.steps++
    const { status } = plain.actor.getSnapshot()
    if (found === undefined) {
      expect(status, where).toBe('error')
      tally.refused++
      return
    }
    const state = ours.state
    if (state === undefined) throw new Error('no state')
    if (live !== undefined) same(live.text(), ours.text(), `live differs from folded, ${where}`)
    const wanted = comparableOfPlain(plain.actor)
    const got = comparableOfState(state)
    tally.effects += log.started.length
    tally.emitted += log.emitted.length
    tally.timers += input?.kind === 'timer' ? 1 : 0
    tally.childErrors += wanted.children.filter(([, child]) => child.status === 'error').length
    tally.unnamed += wanted.children.filter(([id]) => id === UNNAMED || id === 'undefined').length
    if (status !== 'active') {
      // What plain XState leaves running below a root that has ended, the engine stops.
      same({ ...got, children: [] }, { ...wanted, children: [] }, where)
      same(found.actions, log.actions, where)
      same(found.emitted, log.emitted, where)
      tally.ended++
      return
    }
    same(got, wanted, where)
    same(found, log, where)
    same(
      ours.timers().map(({ due }) => due),
      plain.dues(),
      where,
    )
    same([...viewState(state.root, ours.machine).tags], [...plain.actor.getSnapshot().tags], where)
    input = nextInput(random, plain)
    ours.now = plain.now
    if (live !== undefined) live.now = plain.now
  }
}

/** The text first: a deep comparison costs more than both engines. */
function same(found: unknown, wanted: unknown, where: string): void {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) expect(found, where).toEqual(wanted)
}

function nextInput(random: Seeded, plain: PlainRun): RunInput {
  const kind = random.below(10)
  if (kind < 3 && plain.pending.length > 0) return effectInput(random, plain)
  if (kind < 5 && plain.dues().length > 0) return { kind: 'timer' }
  return { kind: 'event', event: { type: random.pick(CHART_EVENTS), value: random.below(5) } }
}

function effectInput(random: Seeded, plain: PlainRun): RunInput {
  const effect = random.below(plain.pending.length)
  const src = plain.pending[effect]?.src
  const event = { type: random.pick(CHART_EVENTS), value: random.below(5) }
  const value = { answer: random.below(5), list: [1, { two: 2 }] }
  if (src === 'listen') return { kind: 'next', effect, value: event }
  const isPromise = src === 'fetch'
  if (!isPromise && random.chance(0.6)) return { kind: 'next', effect, value: src === 'stream' ? event : value }
  if (random.chance(0.3)) return { kind: 'failed', effect, message: `bad ${random.below(3)}` }
  return { kind: 'done', effect, value: isPromise ? value : undefined }
}
