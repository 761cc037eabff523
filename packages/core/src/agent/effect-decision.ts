/** A person's word on an effect in doubt, checked before it becomes an input. */
import type { EffectDecided } from '../decide/inputs.js'
import type { DefinitionInternals } from '../definition/internals.js'
import { RefoldError } from '../errors.js'
import { toErrorData } from '../record/error-data.js'
import { toJson } from '../json/to-json.js'
import type { AgentCell } from '../runtime/agent-cell.js'
import type { OwnerWatch } from '../runtime/owner-watch.js'
import type { Decision } from '../runtime/public-agent.js'

export interface DecisionOptions {
  readonly effect: string
  readonly decision: Decision<unknown>
  readonly definition: DefinitionInternals
  readonly owners: OwnerWatch
}

/** Throws `NOT_IN_DOUBT`, `OWNER_MAY_LIVE` (for `again` without `force`), or what the output's schema refuses. */
export async function effectDecision(cell: AgentCell, options: DecisionOptions): Promise<EffectDecided> {
  const { effect, decision, definition } = options
  const document = cell.state?.effects[effect]
  if (document === undefined)
    throw new RefoldError('NOT_IN_DOUBT', `effect ${effect} is not in doubt`, {
      hint: '`agent.inDoubt()` lists those that wait for a decision.',
    })
  if ('again' in decision) {
    if (decision.force !== true) await oldOwnerIsGone(cell, options)
    return {
      kind: 'effect.decided',
      effect,
      decision: { again: true, ...(decision.force === true ? { force: true } : undefined) },
    }
  }
  if ('fail' in decision) return { kind: 'effect.decided', effect, decision: { fail: toErrorData(decision.fail) } }
  if ('acknowledge' in decision || document.abandoned !== undefined)
    return { kind: 'effect.decided', effect, decision: { acknowledge: true } }
  const { parseOutput } = definition.policyOf(document.src)
  const output = toJson(parseOutput === undefined ? decision.complete : parseOutput(decision.complete)).json ?? null
  return { kind: 'effect.decided', effect, decision: { complete: output } }
}

/** The one who began the attempt may still be at it: wait until it was watched silent for a full lease. */
async function oldOwnerIsGone(cell: AgentCell, { effect, owners }: DecisionOptions): Promise<void> {
  const begun = cell.state?.effects[effect]?.begun
  const owner = begun?.worker
  if (owner === undefined) return
  if ((await owners.look(owner)) !== 'alive') return
  throw new RefoldError('OWNER_MAY_LIVE', `worker ${owner}, which began effect ${effect}, may still perform it`, {
    hint: 'Ask again when it was silent for its lease, or pass `force: true` if you know that it is gone.',
    facts: { owner, effect },
  })
}
