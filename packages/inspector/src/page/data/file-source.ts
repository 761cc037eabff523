/** A file that was opened in the browser, as a source. Its records stay there; a chart alone goes to the server, to be placed. */
import { ROUTES } from '../../contract/answer.js'
import type { Session } from '../../contract/answer.js'
import type { AgentRow, AgentRows } from '../../contract/fleet.js'
import type { AgentHead } from '../../contract/agent.js'
import type { Answer, Ask, QuestionName } from './questions.js'
import { AnswerError } from './source.js'
import type { DataSource } from './source.js'
import type { FileQuestion, FileReply, OpenedFile } from './file-protocol.js'

export interface OpenedSource {
  readonly source: DataSource
  readonly agents: readonly string[]
}

/** Rejects with an `AnswerError` for what is no export. */
export async function fileSource(file: File): Promise<OpenedSource> {
  const worker = new FileWorker()
  const opened = (await worker.ask('open', {}, file)) as OpenedFile
  return { source: sourceOf(worker, { opened, name: file.name }), agents: opened.agents.map(({ agent }) => agent) }
}

function sourceOf(
  worker: FileWorker,
  { opened, name: fileName }: { readonly opened: OpenedFile; readonly name: string },
): DataSource {
  const refusal = new AnswerError({ code: 'NOT_SUPPORTED', message: 'a file can only be read' })
  const ask = async (
    name: string,
    params: { readonly [member: string]: string | number | undefined },
  ): Promise<unknown> => {
    if (name === 'session') return sessionOf(fileName)
    if (name === 'agents') return rowsOf(worker, { opened, params })
    if (name === 'fleet') return { agents: opened.agents.length, groups: [], concerns: {}, at: Date.now(), unknown: {} }
    if (name === 'chart') return placed(await worker.ask('stored-chart', textsOf(params)))
    return worker.ask(name, textsOf(params))
  }
  return {
    ask: <N extends QuestionName>(name: N, params: Ask<N>) =>
      ask(name, params as { readonly [member: string]: string | number | undefined }) as Promise<Answer<N>>,
    order: () => Promise.reject(refusal),
    live: () => () => {},
  }
}

function textsOf(params: { readonly [member: string]: string | number | undefined }): {
  readonly [member: string]: string
} {
  return Object.fromEntries(
    Object.entries(params).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  )
}

function sessionOf(file: string): Session {
  return {
    store: file,
    canWrite: false,
    readOnlyBecause: 'a file can only be read',
    definitions: [],
    version: '',
    isFile: true,
  }
}

const SHOWN = 200

async function rowsOf(
  worker: FileWorker,
  {
    opened,
    params,
  }: { readonly opened: OpenedFile; readonly params: { readonly [member: string]: string | number | undefined } },
): Promise<AgentRows> {
  const text = (textsOf(params)['text'] ?? '').toLowerCase()
  const agents = opened.agents.filter(({ agent }) => agent.toLowerCase().includes(text)).slice(0, SHOWN)
  return {
    rows: await Promise.all(agents.map(async ({ agent }) => rowOf((await worker.ask('head', { agent })) as AgentHead))),
  }
}

function rowOf({
  agent,
  definition,
  version,
  status = 'active',
  condition = 'running',
  active = [],
}: AgentHead): AgentRow {
  const known = { status: status as AgentRow['status'], condition: condition as AgentRow['condition'], active }
  return {
    stream: agent,
    definition,
    version,
    id: agent.slice(agent.indexOf('-') + 1),
    ...known,
    epoch: 0,
    pending: 0,
    inDoubt: 0,
  }
}

async function placed(chart: unknown): Promise<unknown> {
  const response = await fetch(ROUTES.place, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify((chart as { readonly stored: unknown }).stored),
  })
  if (!response.ok)
    throw new AnswerError({ code: 'UNREACHABLE', message: 'the server did not place the chart of this file' })
  return response.json()
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
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
      this.#worker.postMessage({ id, name, params, ...(file === undefined ? {} : { file }) })
    })
  }
}
