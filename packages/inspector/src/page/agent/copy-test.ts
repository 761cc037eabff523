/** The history up to the chosen record as a test, to the clipboard. */
import { codedOf } from '../data/source.js'
import type { AgentModel } from '../state/agent-model.js'
import { copy, say } from '../state/notices.js'
import { answers } from '../state/session.js'

export async function copyTest(model: AgentModel): Promise<void> {
  try {
    const test = await answers.peek()?.ask('test', { agent: model.agent, at: model.stateAt.peek() })
    if (test !== undefined) await copy(test.text, `a test of this history: ${test.file}`)
  } catch (error) {
    say(`There is no test of it: ${codedOf(error).message}`)
  }
}
