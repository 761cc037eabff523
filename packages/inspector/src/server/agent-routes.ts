/** The questions about agents, as paths. */
import { ANSWER_NAMES } from '../answers/answers.js'
import type { Answers } from '../answers/answers.js'
import { ROUTES } from '../contract/answer.js'
import type { Served } from './served.js'

export function agentRoutes(answers: Answers): readonly Served[] {
  return ANSWER_NAMES.map((name) => ({
    path: ROUTES[name],
    method: 'GET',
    answer: ({ params }) => answers.ask(name, params),
  }))
}
