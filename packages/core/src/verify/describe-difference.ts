/** A difference in words: where, what, by which transition, guard or actions, and with which others it is alike. */
import type { Decision } from '../decide/decision.js'
import { isJsonObject } from '../json/json-value.js'
import type { StateDocument } from '../record/state-document.js'
import { activeStates } from '../record/active-states.js'
import { alikePath, alikeText } from './difference-groups.js'
import type { RecordedStep } from './recorded-input.js'
import { isSamePath, partingGuard, takenBy } from './taken-transitions.js'
import type { Charts, Taken } from './taken-transitions.js'
import type { DifferingPlace, HistoryDifference } from './verified.js'

/** A record and what today's code says to it; `undefined`: it was not asked. */
export interface Answered extends RecordedStep {
  readonly decision: Decision | undefined
}

interface Told {
  readonly places: readonly DifferingPlace[]
  readonly charts: Charts
  /** Of the chart that decided the record. */
  readonly fingerprint: string
}

/** The difference, and a name that all have which are like it. */
export async function describe(
  answered: Answered,
  { places, charts, fingerprint }: Told,
): Promise<{ readonly group: string; readonly difference: HistoryDifference }> {
  const { event, header, before, after, definition, decision } = answered
  const states = before === undefined ? [] : activeStates(before.root)
  const now = decision?.kind === 'recorded' ? decision.state : undefined
  const documents = [after, now, before]
  const recorded = takenBy(header.body.path ?? [], {
    chart: await charts.of(fingerprint, definition),
    states: documents,
  })
  const path = decision?.kind === 'recorded' ? (decision.record.metadata.refold.body.path ?? []) : []
  const today = takenBy(path, { chart: definition.chart, states: documents })
  const how = howTold(recorded, today)
  const { version } = definition
  const difference = { version, revision: Number(event.revision), type: event.type, states, places, ...how }
  const parts = [definition.name, version, event.type, states, ...kindOfPlace(places, documents), how.guard ?? '']
  return { group: JSON.stringify(parts), difference }
}

function kindOfPlace(
  places: readonly DifferingPlace[],
  states: readonly (StateDocument | undefined)[],
): readonly string[] {
  const [first] = places
  if (first === undefined) return []
  const { kind, path, today } = first
  if (path !== '') return [kind, alikePath(path, states)]
  return [kind, alikeText(JSON.stringify(isJsonObject(today) ? (today['code'] ?? today) : today))]
}

function howTold(
  recorded: readonly Taken[],
  today: readonly Taken[],
): Pick<HistoryDifference, 'transitions' | 'guard' | 'actions'> {
  if (isSamePath(recorded, today)) {
    const actions = recorded.flatMap(({ transition, entered }) => [...transition.actions, ...entered])
    return actions.length === 0 ? {} : { actions: [...new Set(actions)] }
  }
  const guard = partingGuard(recorded, today)
  const transitions = {
    recorded: recorded.map(({ transition }) => transition),
    today: today.map(({ transition }) => transition),
  }
  return guard === undefined ? { transitions } : { transitions, guard }
}
