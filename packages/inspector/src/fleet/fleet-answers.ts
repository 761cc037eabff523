/** The questions about all agents, by the names of `ROUTES`: for the server, and for a file that was opened in a browser. */
import { RefoldError } from '@refold/core/store'
import { numberIn, textIn } from '../answers/params.js'
import type { Params } from '../answers/params.js'
import type { FleetFilter, FleetView } from '../contract/fleet.js'
import { agentRows } from './agent-rows.js'
import { CONCERNS } from './concerns.js'
import { heatOf } from './heat.js'
import { inboxOf } from './inbox.js'
import type { Ask } from './inbox.js'
import { Paced } from './paced.js'
import type { Survey } from './survey.js'

export interface FleetParts {
  readonly survey: Survey
  /** The counts. */
  readonly watch: { view(): Promise<FleetView> }
  /** Absent: no definitions are loaded. */
  readonly ask?: Ask | undefined
}

type FleetAnswer = (params: Params, signal: AbortSignal) => Promise<unknown>

const ROWS = 100
const MOST_ROWS = 200

export function fleetAnswers({ survey, watch, ask }: FleetParts): Readonly<Record<FleetQuestion, FleetAnswer>> {
  const inbox = new Paced(() => inboxOf(survey, { ask }), { pauseMs: 0 })
  return {
    fleet: () => watch.view(),
    agents: (params, signal) =>
      agentRows(survey, {
        filter: filterIn(params),
        after: params['after'],
        limit: Math.max(1, Math.min(MOST_ROWS, numberIn(params, 'limit') ?? ROWS)),
        now: Date.now(),
        signal,
      }),
    heat: async (params, signal) => {
      textIn(params, 'version')
      const version = numberIn(params, 'version') as number // it is there
      return heatOf(survey, { definition: textIn(params, 'definition'), version, now: Date.now(), signal })
    },
    inbox: () => inbox.ask(),
  }
}

export type FleetQuestion = 'fleet' | 'agents' | 'heat' | 'inbox'

const STATUSES = ['active', 'done', 'error', 'stopped'] as const
const CONDITIONS = ['running', 'paused', 'blocked', 'in-doubt', 'suspected'] as const

function filterIn(params: Params): FleetFilter {
  const { definition, state, text } = params
  const version = numberIn(params, 'version')
  const status = oneOf(STATUSES, params, 'status')
  const condition = oneOf(CONDITIONS, params, 'condition')
  const concern = oneOf(CONCERNS, params, 'concern')
  return {
    ...(definition === undefined ? undefined : { definition }),
    ...(version === undefined ? undefined : { version }),
    ...(status === undefined ? undefined : { status }),
    ...(condition === undefined ? undefined : { condition }),
    ...(state === undefined ? undefined : { state }),
    ...(concern === undefined ? undefined : { concern }),
    ...(text === undefined || text === '' ? undefined : { text }),
  }
}

function oneOf<T extends string>(known: readonly T[], params: Params, name: string): T | undefined {
  const text = params[name]
  const found = known.find((one) => one === text)
  if (text === undefined || found !== undefined) return found
  throw new RefoldError('INVALID_INPUT', `${name} is none that there is`, { hint: `One of: ${known.join(', ')}.` })
}
