/** A command to several agents, one after the other: what each answers, and what one of them refuses. */
import { isRefoldError, printable } from '@refold/core'
import type { AgentState, AgentTypes, BulkFailure } from '@refold/core'
import type { Told } from '../output.js'
import { ProgressLine } from '../progress-line.js'
import { parseAddress } from './agent-argument.js'
import type { Address } from './agent-argument.js'
import { counted } from '@refold/core/store'

type Answered = AgentState<AgentTypes>

/** Resolves when all were asked. Where only one is, what it refuses is thrown. Rejects with `INVALID_ID`, before any is asked, for what names none. */
export async function toEach(
  names: readonly string[],
  { json, act }: { readonly json: boolean; readonly act: (agent: Address) => Promise<Answered> },
): Promise<Told> {
  const agents = names.map(parseAddress)
  const told: (Answer | BulkFailure)[] = []
  const progress = new ProgressLine()
  for (const agent of agents) {
    progress.tell(() => `${told.length} of ${counted(agents.length, 'agent')}`)
    try {
      const { status, condition, value } = await act(agent)
      told.push({ agent, status, condition, value })
    } catch (error) {
      progress.end()
      if (agents.length === 1 || !isRefoldError(error)) throw error
      told.push({ agent, code: error.code, message: error.message })
    }
  }
  progress.end()
  const isDone = told.every((one) => !('code' in one))
  if (json) return { text: JSON.stringify(told), isDone }
  return { text: told.map((one) => ('code' in one ? failureLine(one) : answerLine(one))).join('\n'), isDone }
}

interface Answer extends Pick<Answered, 'status' | 'condition' | 'value'> {
  readonly agent: Address
}

function answerLine({ agent, status, condition, value }: Answer): string {
  const how = status === 'active' ? condition : status
  return [`${agent.name}-${agent.id}`, how, JSON.stringify(value)].map(printable).join('\t')
}

/** What an agent refused. */
export function failureLine({ agent, code, message }: BulkFailure): string {
  return [`${agent.name}-${agent.id}`, `error[${code}]`, message].map(printable).join('\t')
}

/** As a question names them. */
export function agentsText(names: readonly string[]): string {
  return names.length === 1 ? `the agent ${names[0]}` : `${names.length} agents`
}
