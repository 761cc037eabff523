/** `refold export`: agents as a file that can be looked at where their store is not, or imported into another one. */
import { existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { open } from 'node:fs/promises'
import { RefoldError } from '@refold/core'
import type { Store } from '@refold/core'
import { exportStreams } from '@refold/core/history'
import { assertDefinition } from './definition-argument.js'
import { named } from './reading/past-agent.js'
import { namesIn, withStore } from './store-only.js'
import type { ProjectOptions } from './store-only.js'

export interface ExportCommandOptions extends ProjectOptions {
  /** All agents of the store, in place of names. */
  readonly all?: boolean
  /** Default: the standard output. */
  readonly output?: string
  /** Without the values of fields that a schema says are secret. */
  readonly redact?: boolean
  readonly json: boolean
}

/** What a name on the command line or `--all` stands for, and how much of it was written. */
interface Exported {
  readonly agents: number
  readonly records: number
  readonly bytes: number
}

/** Agents (`research-42`) and whole definitions (`research`), with their charts. Resolves to what to print beside a file. */
export async function exportAgents(names: readonly string[], options: ExportCommandOptions): Promise<string> {
  const { all = false, output, redact = false } = options
  if (names.length > 0 === all)
    throw new RefoldError('INVALID_INPUT', all ? 'agents are named in two ways' : 'no agent is named', {
      hint: 'Name agents or definitions, or give --all.',
    })
  return withStore({ ...options, readOnly: true }, async ({ store }) => {
    const streams = await streamsOf(store, names)
    const counted = new Counted(exportStreams(store, streams, { charts: true, redact }))
    await (output === undefined ? toStdout(counted.lines()) : toFile(counted.lines(), output))
    const told: Exported = { agents: streams.length, records: counted.records, bytes: counted.bytes }
    if (output === undefined) return ''
    if (options.json) return JSON.stringify({ file: output, ...told })
    return `${output}  agents: ${told.agents}, records: ${told.records}, bytes: ${told.bytes}`
  })
}

/** In the order in which they began. Throws `NOT_FOUND` for a name that stands for none. */
async function streamsOf(store: Store, names: readonly string[]): Promise<readonly string[]> {
  if (names.length === 0) return inDirectory(store, undefined)
  const streams = new Set<string>()
  for (const name of names) {
    const isAgent = name.includes('-') // a definition's name has no hyphen
    const found = isAgent ? await agentNamed(store, name) : await inDirectory(store, name)
    if (found.length === 0) await assertDefinition(store, name)
    for (const stream of found) streams.add(stream)
  }
  return [...streams]
}

/** Looked for before anything is written. Throws `NOT_FOUND` and a name that is near. */
function agentNamed(store: Store, stream: string): Promise<readonly string[]> {
  return named({ names: () => namesIn(store) }, stream, async () => {
    for await (const page of store.read(stream, { limit: 1 })) if (page.length > 0) return [stream]
    throw new RefoldError('NOT_FOUND', `there is no agent ${JSON.stringify(stream)}`, { facts: { stream } })
  })
}

async function inDirectory(store: Store, definition: string | undefined): Promise<readonly string[]> {
  const streams: string[] = []
  for await (const page of store.directory.find(definition === undefined ? {} : { definition }))
    streams.push(...page.map(({ stream }) => stream))
  return streams
}

class Counted {
  bytes = 0
  /** The first line and the last are none. */
  records = -2
  readonly #lines: AsyncIterable<string>

  constructor(lines: AsyncIterable<string>) {
    this.#lines = lines
  }

  async *lines(): AsyncGenerator<string, void, undefined> {
    for await (const line of this.#lines) {
      this.records++
      this.bytes += Buffer.byteLength(line)
      yield line
    }
  }
}

/** A reader that has enough ends it. */
async function toStdout(lines: AsyncIterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(lines), process.stdout, { end: false })
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return
    throw new RefoldError('ABORTED', `what there is to print cannot be written: ${error.message}`, { cause: error })
  }
}

/** Under its name there is all of it, or what was there before. */
async function toFile(lines: AsyncIterable<string>, file: string): Promise<void> {
  if (existsSync(file) && !statSync(file).isFile())
    throw new RefoldError('INVALID_INPUT', `${file} is there, and no file`, { hint: 'Name another one with --output.' })
  const begun = `${file}.${process.pid}.part`
  try {
    const opened = await open(begun, 'w') // before anything can fail: a stream that is still opening makes the file after its removal
    await pipeline(Readable.from(lines), opened.createWriteStream({ flush: true }))
    renameSync(begun, file)
  } catch (error) {
    rmSync(begun, { force: true })
    if (!(error instanceof Error) || !('syscall' in error)) throw error
    throw new RefoldError('INVALID_INPUT', `${file} cannot be written: ${error.message}`, { cause: error })
  }
}
