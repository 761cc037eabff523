/** Answers for an exported history, beside the page: what the server would say of the same records. */
import { openExport } from '@refold/core/history'
import { ANSWER_NAMES, Answers } from '../../answers/answers.js'
import type { AnswerName } from '../../answers/answers.js'
import { codedError } from '../../answers/coded-error.js'
import { chartFrom } from '../../chart/chart-model.js'
import { AnswerError } from './source.js'
import type { FileQuestion, FileReply, OpenedFile } from './file-protocol.js'

let answers: Answers | undefined

addEventListener('message', (event: MessageEvent<FileQuestion>) => void reply(event.data))

async function reply(question: FileQuestion): Promise<void> {
  const { id } = question
  let said: FileReply
  try {
    said = { id, answer: await answerOf(question) }
  } catch (error) {
    said = { id, error: error instanceof AnswerError ? error.coded : codedError(error) }
  }
  postMessage(said)
}

async function answerOf({ name, params, file }: FileQuestion): Promise<unknown> {
  if (name === 'open' && file !== undefined) return open(file)
  if (answers === undefined) throw new AnswerError({ code: 'NOT_FOUND', message: 'no file is open' })
  if (name === 'stored-chart') return storedChart(answers, params['fingerprint'] ?? '')
  if (!isAnswered(name))
    throw new AnswerError({ code: 'NOT_SUPPORTED', message: 'a file cannot tell this: it is told of a store alone' })
  return answers.ask(name, params)
}

function isAnswered(name: string): name is AnswerName {
  return (ANSWER_NAMES as readonly string[]).includes(name)
}

async function open(file: File): Promise<OpenedFile> {
  const opened = await openExport(file)
  answers = new Answers({ source: opened })
  const agents = opened.streams
    .filter(({ stream }) => !stream.startsWith('refoldChart-'))
    .map(({ stream, records, isDamaged = false }) => ({ agent: stream, records, isDamaged }))
  return {
    agents,
    ...(opened.trouble === undefined ? {} : { trouble: codedError(opened.trouble) }),
    isRedacted: opened.isRedacted,
  }
}

/** As it is placed: a tree of states. */
async function storedChart(from: Answers, fingerprint: string): Promise<unknown> {
  const stored = await from.agents.chart(fingerprint)
  if (stored === undefined)
    throw new AnswerError({ code: 'NOT_FOUND', message: 'the file holds no chart of this definition' })
  return { stored, chart: chartFrom(stored) }
}
