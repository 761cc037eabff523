/** The questions about agents, as paths. */
import { ANSWER_NAMES } from '../answers/answers.js'
import type { Answers } from '../answers/answers.js'
import { exportedLines } from '../answers/export.js'
import { textIn } from '../answers/params.js'
import { ROUTES } from '../contract/answer.js'
import { TextAnswer } from './served.js'
import type { Served } from './served.js'

const TEXT = 'text/plain; charset=utf-8'

export function agentRoutes(answers: Answers): readonly Served[] {
  const asked = ANSWER_NAMES.map((name): Served => ({
    path: ROUTES[name],
    method: 'GET',
    answer: async ({ params }) => {
      const answer = await answers.ask(name, params)
      return typeof answer === 'string' ? new TextAnswer(answer, { type: TEXT }) : answer
    },
  }))
  return [...asked, exportRoute(answers)]
}

/** An agent as a file to keep. */
function exportRoute(answers: Answers): Served {
  return {
    path: ROUTES.export,
    method: 'GET',
    answer: async ({ params }) => {
      const { history } = await answers.agents.open(textIn(params, 'agent'))
      const lines = exportedLines(answers.agents.from.source, history.stream)
      return new TextAnswer(lines, { type: 'application/jsonl; charset=utf-8', file: `${history.stream}.jsonl` })
    },
  }
}
