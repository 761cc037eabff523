/** Where two runs of one scenario part without any crash: at which record, and in which field. */
import { foldStream } from '../simulation/reference-fold.js'
import { comparedLength, differenceOf } from './compare-runs.js'
import { firstDifference } from './first-difference.js'
import { isDomain } from './played-result.js'
import type { DomainRecord, PlayedAgent } from './played-result.js'
import type { PlayedRun } from './run-shape.js'

/** In words; `undefined`: they are the same. */
export function partingOf(one: PlayedRun, other: PlayedRun): string | undefined {
  for (const [stream, agent] of one.agents) {
    const twin = other.agents.get(stream)
    const parting = twin && partingIn(agent, { twin, length: comparedLength([agent, one], [twin, other]) })
    if (parting !== undefined) return `${parting.record}${stream === one.checked ? '' : ` of ${stream}`}${parting.text}`
  }
  return differenceOf(one, other, ['in one run', 'in another'])
}

interface Parting {
  readonly record: string
  readonly text: string
}

function partingIn(
  agent: PlayedAgent,
  { twin, length }: { readonly twin: PlayedAgent; readonly length: number },
): Parting | undefined {
  const [states, others] = [decided(agent), decided(twin)]
  for (let index = 0; index < length; index++) {
    const [one, other] = [states[index], others[index]]
    const record = `record ${index}`
    if (one === undefined || other === undefined)
      return { record, text: `: ${(one ?? other)?.type} is there in one run only` }
    const found = firstDifference(one, other)
    if (found === undefined) continue
    const [a, b] = [found.one, found.other].map((value) => JSON.stringify(value) ?? 'nothing')
    return { record, text: ` (${one.type}) in ${found.field}\n  in one run: ${a}\n  in another: ${b}` }
  }
  return undefined
}

interface Decided extends DomainRecord {
  readonly value: unknown
  readonly context: unknown
  readonly status: unknown
  /** What effects were asked for, with their input. */
  readonly effects: unknown
}

/** What each record says, and what the chart made of it. */
function decided({ records, history }: PlayedAgent): readonly Decided[] {
  const steps = foldStream(records).filter(({ event }) => isDomain(event))
  return steps.map(({ after }, index) => {
    const { value, context, status } = after?.root ?? {}
    const effects = Object.values(after?.effects ?? {}).map(({ src, input }) => ({ src, input }))
    return { ...(history[index] as DomainRecord), value, context, status, effects }
  })
}
