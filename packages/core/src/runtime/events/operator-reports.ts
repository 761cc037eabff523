/** What needs a person: told when it happens, and again at every start, so that no restart loses it. */
import { effectChanges } from '../../record/large-members.js'
import type { Diagnostics } from '../../record/record.js'
import type { DirectoryEntry } from '../../store/port.js'
import { addressOf } from '../../definition/agent-address.js'
import type { Report } from '../../public/report.js'
import type { AgentRecorded, RuntimeEvent } from '../../public/runtime-event.js'
import { counted } from '../../world/counted.js'

export type OperatorReport = Omit<Report, 'agent'>

/** A report of one agent, as it is told. */
export function reported(stream: string, report: OperatorReport): Extract<RuntimeEvent, { readonly kind: 'report' }> {
  return { kind: 'report', report: { ...report, agent: addressOf(stream) } }
}

/** What a change of the state brought. */
export function newReports({ stream, before, after, blockedBy }: AgentRecorded): readonly OperatorReport[] {
  const troubles: OperatorReport[] = []
  if (before === undefined) return troubles
  const { blocked } = after.agent
  if (blocked !== undefined && before.agent.blocked === undefined) {
    const { error } = blocked
    troubles.push({
      code: error.code === 'POISON_AGENT' ? 'POISON_AGENT' : 'BLOCKED',
      message: `${stream} is blocked: ${error.message}${placeOf(blockedBy)}`,
      facts: { error, ...blockedBy },
    })
  }
  for (const { key: effect, before: known, after: document } of effectChanges(before, after)) {
    if (document?.inDoubt === undefined || known?.inDoubt !== undefined) continue
    const { inDoubt, src } = document
    troubles.push({
      code: 'IN_DOUBT',
      message: `no one knows whether effect ${src} of ${stream} happened: resolve it`,
      facts: { effect, src, why: inDoubt.why },
    })
  }
  return troubles
}

function placeOf(diagnostics: Diagnostics | undefined): string {
  if (diagnostics === undefined) return ''
  const { state = [], event, action, guard } = diagnostics
  const within = state.length === 0 ? [] : [`in ${state.join(' and ')}`] // a machine may have one state, without a name
  const at = event === undefined ? [] : [`at ${event}`]
  const by = action !== undefined ? [`by action ${action}`] : guard !== undefined ? [`by guard ${guard}`] : []
  const place = [...within, ...at, ...by]
  return place.length === 0 ? '' : ` (${place.join(', ')})`
}

/** What an agent has stood still for since before this process began. `blockedBy`: where its chart was, if that is known. */
export function lastingReport(
  { stream, condition, inDoubt }: DirectoryEntry,
  blockedBy?: Diagnostics,
): OperatorReport | undefined {
  if (condition === 'blocked') {
    const message = `${stream} is blocked${placeOf(blockedBy)}: repair the cause, then retry it`
    return { code: 'BLOCKED', message, ...(blockedBy === undefined ? undefined : { facts: { ...blockedBy } }) }
  }
  if (inDoubt === 0) return undefined
  const message = `${stream} waits for someone’s word about ${counted(inDoubt, 'effect')}: resolve them`
  return { code: 'IN_DOUBT', message, facts: { inDoubt } }
}
