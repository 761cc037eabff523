/** The first input of an agent, from a caller or by a message, and what it means for an agent that is there already. */
import { isRefoldError, RefoldError } from '../errors.js'
import type { StateDocument } from '../record/state-document.js'
import type { ChartInput } from '../step/tree-step.js'
import { decideChart } from './chart-inputs.js'
import type { DecideContext } from './context.js'
import type { Decision } from './decision.js'
import { isInInbox } from './inbox.js'
import { decideForked } from './fork.js'
import type { Envelope, Forked } from './inputs.js'

type Start = Extract<ChartInput, { readonly kind: 'started' }>

/** The first record of an agent. */
export function decideFirst(context: DecideContext, envelope: Envelope, first: Start | Forked): Decision {
  return first.kind === 'forked' ? decideForked(context, envelope, first) : decideStart(context, envelope, first)
}

/** A caller's input was checked before; one that came by a message is checked here. */
function decideStart(context: DecideContext, envelope: Envelope, start: Start): Decision {
  if (start.by === undefined) return decideChart(context, envelope, { input: start, late: false })
  try {
    const input = context.definition.parseInput(start.input)
    return decideChart(context, envelope, { input: { ...start, input }, late: false })
  } catch (error) {
    if (isRefoldError(error)) return { kind: 'refused', error }
    throw error
  }
}

/** Callers find out for themselves whether it is the same start; a message starts the agent of its own making only. */
export function decideStartAgain(state: StateDocument, { by }: Start): Decision {
  if (by === undefined || isInInbox(state, by)) return { kind: 'duplicate', revision: 0 }
  const { definition, id } = state.agent
  return {
    kind: 'refused',
    error: new RefoldError('ID_REUSED', `${definition}-${id} was started before`, {
      hint: 'Give each agent that is started by a message an id of its own.',
    }),
  }
}
