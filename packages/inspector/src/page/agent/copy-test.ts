/** The history up to the chosen record as a test, to the clipboard. */
import { codedOf } from '../data/source.js'
import type { AgentModel } from '../state/agent-model.js'
import { copy, say } from '../state/notices.js'
import { answers } from '../state/session.js'

export async function copyTest(model: AgentModel): Promise<void> {
  try {
    const text = await answers.peek()?.ask('test', { agent: model.agent, at: model.stateAt.peek() })
    if (text !== undefined) await copy(text, 'a test of this history')
  } catch (error) {
    say(`There is no test of it: ${codedOf(error).message}`)
  }
}
