/** Answers for an exported history, beside the page: what the server would say of the same file. */
import { openExport } from '@refold/core/history'
import type { ExportedStreams } from '@refold/core/history'
import { ANSWER_NAMES, Answers } from '../../answers/answers.js'
import type { AnswerName } from '../../answers/answers.js'
import { codedError } from '../../answers/coded-error.js'
import { AskedEvents } from '../../fleet/asked-events.js'
import { GoneOwners } from '../../fleet/gone-owners.js'
import { fileFleet } from '../../fleet/file-fleet.js'
import { fleetAnswers } from '../../fleet/fleet-answers.js'
import { surveyFleet } from '../../fleet/survey.js'
import { AnswerError } from './source.js'
import type { FileQuestion, FileReply, OpenedFile } from './file-protocol.js'

type Params = FileQuestion['params']
type Answer = (name: string, params: Params) => Promise<unknown>
type FleetAnswer = (params: Params, signal: AbortSignal) => Promise<unknown>

let answer: Answer = () => Promise.reject(new AnswerError({ code: 'NOT_FOUND', message: 'no file is open' }))

addEventListener('message', (event: MessageEvent<FileQuestion>) => void reply(event.data))

async function reply({ id, name, params, file }: FileQuestion): Promise<void> {
  let said: FileReply
  try {
    said = { id, answer: file === undefined ? await answer(name, params) : await open(file) }
  } catch (error) {
    said = { id, error: error instanceof AnswerError ? error.coded : codedError(error) }
  }
  postMessage(said)
}

async function open(file: File): Promise<OpenedFile> {
  const opened = await openExport(file)
  answer = answersOf(opened)
  return {
    agents: opened.streams.map(({ stream }) => stream).filter((stream) => !stream.startsWith('refold-')),
    ...(opened.trouble === undefined ? {} : { trouble: codedError(opened.trouble) }),
  }
}

/** A file has no definitions beside it. */
const NOWHERE = { look: async () => {}, streams: undefined, unknown: 'no definitions are loaded' }

function answersOf(opened: ExportedStreams): Answer {
  const answers = new Answers({ source: opened })
  const known = { store: fileFleet(opened), codecs: [] }
  const survey = { ...known, asked: new AskedEvents(known), placement: NOWHERE, gone: new GoneOwners(undefined) }
  const fleet: Readonly<Record<string, FleetAnswer>> = fleetAnswers({
    survey,
    watch: { view: () => surveyFleet(survey, Date.now()) },
  })
  const { signal } = new AbortController()
  return async (name, params) => {
    if (name === 'stored-chart') return storedChart(answers, params['fingerprint'] ?? '')
    if ((ANSWER_NAMES as readonly string[]).includes(name)) return answers.ask(name as AnswerName, params)
    const answer = Object.hasOwn(fleet, name) ? fleet[name] : undefined
    if (answer === undefined)
      throw new AnswerError({ code: 'NOT_SUPPORTED', message: 'a file cannot tell this: it is told of a store alone' })
    return answer(params, signal)
  }
}

/** As it is stored, to be placed. */
async function storedChart({ agents }: Answers, fingerprint: string): Promise<unknown> {
  const stored = await agents.chart(fingerprint)
  if (stored !== undefined) return stored
  throw new AnswerError({ code: 'NOT_FOUND', message: 'the file holds no chart of this definition' })
}
