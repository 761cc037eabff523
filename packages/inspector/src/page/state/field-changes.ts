/** The previous and the next change of the selected field. */
import { route } from '../route.js'
import type { AgentModel } from './agent-model.js'
import { moveAmong } from './moving.js'
import { say } from './notices.js'
import { answers } from './session.js'

export async function stepToChange(model: AgentModel, direction: 1 | -1): Promise<void> {
  const field = route.peek().view === 'agent' ? (route.peek() as { readonly field?: string }).field : undefined
  if (field === undefined) return say('Select a field of the state first.')
  try {
    const revisions = (await answers.peek()?.ask('changes', { agent: model.agent, path: field })) ?? []
    if (!moveAmong(model, revisions, direction))
      say(direction === 1 ? 'No later record changes this field.' : 'No earlier record changes this field.')
  } catch {
    say('The changes of this field could not be told.')
  }
}
