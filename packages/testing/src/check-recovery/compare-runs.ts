/** Where a run with a crash differs from the one without. */
import type { PlayedAgent } from './played-result.js'
import type { PlayedRun } from './run-shape.js'

type Comparison = readonly [what: string, expected: unknown, actual: unknown]

/** What the two runs are called. */
type RunNames = readonly [expected: string, actual: string]

/** The first difference, in words; `undefined`: there is none. */
export function differenceOf(
  expected: PlayedRun,
  actual: PlayedRun,
  [first, second]: RunNames = ['without a crash', 'with the crash'],
): string | undefined {
  const isCut = expected.cut || actual.cut
  const width = Math.max(first.length, second.length) + 1
  for (const [what, one, other] of comparisons(expected, actual, isCut)) {
    const [a, b] = [JSON.stringify(one), JSON.stringify(other)]
    if (a !== b)
      return `${what}\n  ${`${first}:`.padEnd(width)} ${a ?? 'nothing'}\n  ${`${second}:`.padEnd(width)} ${b ?? 'nothing'}`
  }
  return undefined
}

/** A run that was cut is compared as far as it goes. */
function* comparisons(expected: PlayedRun, actual: PlayedRun, isCut: boolean): Generator<Comparison> {
  for (const [stream, one] of expected.agents) {
    const other = actual.agents.get(stream)
    if (other === undefined) continue
    const of = stream === expected.checked ? '' : ` of ${stream}`
    yield* histories(one, other, { of, length: comparedLength([one, expected], [other, actual]) })
    if (!isCut) yield* ends(one, other, of)
  }
  if (isCut) return
  yield ['which agents there are', [...expected.agents.keys()].toSorted(), [...actual.agents.keys()].toSorted()]
  yield ['which events were taken', expected.taken, actual.taken]
}

type OfRun = readonly [agent: PlayedAgent, run: Pick<PlayedRun, 'cut'>]

/** The history of a run that came to rest is whole: one that was cut may not go beyond it. */
export function comparedLength(...both: readonly [OfRun, OfRun]): number {
  const cut = both.filter(([, run]) => run.cut)
  const lengths = (cut.length === 0 ? both : cut).map(([{ history }]) => history.length)
  return cut.length === 0 ? Math.max(...lengths) : Math.min(...lengths)
}

/** Record by record. */
function* histories(
  { history: one }: PlayedAgent,
  { history: other }: PlayedAgent,
  { of, length }: { readonly of: string; readonly length: number },
): Generator<Comparison> {
  for (let index = 0; index < length; index++) yield [`record ${index} of the history${of}`, one[index], other[index]]
}

function* ends(one: PlayedAgent, other: PlayedAgent, of: string): Generator<Comparison> {
  for (const field of Object.keys(one.final)) yield [`the final ${field}${of}`, one.final[field], other.final[field]]
  yield [`what was emitted${of === '' ? '' : ` by${of.slice(3)}`}`, one.emitted, other.emitted]
}
