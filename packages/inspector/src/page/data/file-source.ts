/** A file that was opened in the browser, as a source. Its records stay there; a chart alone goes to the server, to be placed. */
import { ROUTES } from '../../contract/answer.js'
import type { CodedError, Refusal, Session } from '../../contract/answer.js'
import type { Answer, Ask, QuestionName } from './questions.js'
import { AnswerError } from './source.js'
import type { DataSource } from './source.js'
import type { FileQuestion, FileReply, OpenedFile } from './file-protocol.js'

export interface OpenedSource {
  readonly source: DataSource
  readonly agents: readonly string[]
  /** What of it is damaged. */
  readonly trouble: CodedError | undefined
}

/** Rejects with an `AnswerError` for what is no export. */
export async function fileSource(file: File): Promise<OpenedSource> {
  const worker = new FileWorker()
  const { agents, trouble } = (await worker.ask('open', {}, file)) as OpenedFile
  return { source: sourceOf(worker, file.name), agents, trouble }
}

type Members = { readonly [member: string]: string | number | undefined }

function sourceOf(worker: FileWorker, file: string): DataSource {
  const answerTo = async (name: string, members: Members): Promise<unknown> => {
    if (name === 'session') return sessionOf(file)
    if (name === 'chart') return placed(await worker.ask('stored-chart', textsOf(members)), members['machine'])
    return worker.ask(name, textsOf(members))
  }
  return {
    ask: <N extends QuestionName>(name: N, ask: Ask<N>) => answerTo(name, ask as Members) as Promise<Answer<N>>,
    order: () => Promise.reject(new AnswerError({ code: 'NOT_SUPPORTED', message: 'a file can only be read' })),
    live: () => () => {},
  }
}

function textsOf(members: Members): { readonly [member: string]: string } {
  const texts = Object.entries(members).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as const],
  )
  return Object.fromEntries(texts)
}

function sessionOf(file: string): Session {
  const readOnlyBecause = 'a file can only be read'
  return { store: file, canWrite: false, readOnlyBecause, definitions: [], version: '', isFile: true }
}

async function placed(stored: unknown, machine: string | number | undefined): Promise<unknown> {
  const query = machine === undefined ? '' : `?machine=${encodeURIComponent(machine)}`
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(ROUTES.place + query, { method: 'POST', headers, body: JSON.stringify(stored) }).catch(
    () => undefined,
  )
  if (response?.ok === true) return response.json()
  const refusal = (await response?.json().catch(() => undefined)) as Refusal | undefined
  const away = { code: 'UNREACHABLE', message: 'the server, which places charts, does not answer' }
  throw new AnswerError(refusal?.error ?? away, { isAway: response === undefined })
}

class FileWorker {
  readonly #worker = new Worker(new URL('file-worker.ts', import.meta.url), { type: 'module' })
  readonly #asked = new Map<number, (reply: FileReply) => void>()
  #next = 0

  constructor() {
    this.#worker.addEventListener('message', (event: MessageEvent<FileReply>) => {
      this.#asked.get(event.data.id)?.(event.data)
      this.#asked.delete(event.data.id)
    })
  }

  ask(name: string, params: FileQuestion['params'], file?: File): Promise<unknown> {
    const id = this.#next++
    return new Promise((resolve, reject) => {
      this.#asked.set(id, (reply) => ('error' in reply ? reject(new AnswerError(reply.error)) : resolve(reply.answer)))
      const question: FileQuestion = { id, name, params, ...(file === undefined ? {} : { file }) }
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
      this.#worker.postMessage(question)
    })
  }
}
