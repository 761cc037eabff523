/** What a record says of an error beside the state: where the chart was when it threw, and what of it did. */
import { isRefoldError, RefoldError } from '../errors.js'
import type { Diagnostics } from '../record/record.js'
import { stackOf } from '../record/stack.js'
import type { ActorDocument, ActorId, StateDocument } from '../record/state-document.js'
import { activeStates } from '../record/active-states.js'
import { throwerOf } from '../step/thrown-by.js'
import type { ChartInput } from '../step/tree-step.js'

/** Of an input whose transition threw. `thrown`: absent when the chart itself did not throw, but its record was too large. */
export function diagnosticsOf(
  state: StateDocument,
  { input, thrown }: { readonly input: ChartInput; readonly thrown?: unknown },
): Diagnostics {
  const stack = stackOf(thrown)
  const event = eventTypeOf(state, input)
  return {
    ...(stack === undefined ? undefined : { stack }),
    state: activeStates(state.root),
    ...(event === undefined ? undefined : { event }),
    ...throwerOf(thrown),
  }
}

/** What a caller is told of a transition that threw, and what blocks an agent: an error of Refold's own stays what it is. */
export function refusalOf(
  state: StateDocument | undefined,
  { input, thrown }: { readonly input: ChartInput; readonly thrown: unknown },
): RefoldError {
  const isWrapped = isRefoldError(thrown)
  if (isWrapped && thrown.code !== 'EVENT_REFUSED') return thrown
  const { message, ...told } = isWrapped
    ? {
        message: thrown.message,
        cause: thrown.cause,
        ...(thrown.hint === undefined ? undefined : { hint: thrown.hint }),
      }
    : { message: 'the transition threw', cause: thrown }
  if (state === undefined) return new RefoldError('EVENT_REFUSED', message, told)
  const { stack: _stack, ...facts } = diagnosticsOf(state, { input, thrown })
  return new RefoldError('EVENT_REFUSED', message, { ...told, facts })
}

/** As the chart hears of it. */
function eventTypeOf(state: StateDocument, input: ChartInput): string | undefined {
  switch (input.kind) {
    case 'started':
      return 'xstate.init'
    case 'event':
    case 'message':
    case 'message.undelivered':
    case 'effect.event':
    case 'actor.event':
      return input.event.type
    case 'timer.fired': {
      const type = state.timers[input.timer]?.event['type']
      return typeof type === 'string' ? type : undefined
    }
    case 'effect.done':
      return named('xstate.done.actor', state, input.effect)
    case 'effect.failed':
      return named('xstate.error.actor', state, input.effect)
    case 'effect.next':
      return named('xstate.snapshot', state, input.effect)
  }
}

function named(prefix: string, { root, unlisted }: StateDocument, actor: ActorId): string | undefined {
  const id = unlisted[actor]?.id ?? idBelow(root, actor)
  return id === undefined ? undefined : `${prefix}.${id}`
}

function idBelow({ children }: ActorDocument, actor: ActorId): string | undefined {
  for (const [id, child] of Object.entries(children ?? {})) {
    if (child.sid === actor) return child.unnamed === true ? actor : id
    const below = idBelow(child, actor)
    if (below !== undefined) return below
  }
  return undefined
}
