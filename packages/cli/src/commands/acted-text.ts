/** What is printed of an agent that has taken something. */
import type { AgentAddress, AnyAgentState } from '@refold/core'

/** The state that it is in; as JSON also which record that is, as `--expect` takes it. */
export function actedText(
  agent: AgentAddress,
  { revision, status, condition, value }: AnyAgentState,
  { json }: { readonly json: boolean },
): string {
  return JSON.stringify(json ? { agent, revision: Number(revision), status, condition, value } : value)
}
