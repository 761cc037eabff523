/** What a command that reads records works on: a store, or an exported file, and the codecs that its records need. */
import { closeSync, openAsBlob, openSync, readSync } from 'node:fs'
import type { Codec, Store } from '@refold/core'
import type { ExportedStreams, HistorySource } from '@refold/core/history'
import type { RefoldConfig } from '../config/define-config.js'
import { knownConfig, loadConfig } from '../config/load-config.js'
import { openStore } from '../config/open-store.js'
import { isAddress } from '../config/store-from.js'

export interface ProjectOptions {
  readonly config?: string
  readonly store?: string
  /** Of commands that show records or states: also what the schemas say is secret. */
  readonly showSecrets?: boolean
}

/** `begins`: the command may be the first one on its store. `readOnly`: a file is opened so that nothing can be written to it. */
export interface CommandNature {
  readonly begins?: true
  readonly readOnly?: true
}

/** A store alone, and the codecs that its records need: of commands that read records, and need no agent's code. */
export interface StoreOnly {
  readonly store: Store
  readonly codecs: readonly Codec[]
}

/** Opens it, does the work, closes it. A configuration is loaded where it is named, or where no store is named. */
export async function withStore<R>(
  options: ProjectOptions & CommandNature,
  work: (opened: StoreOnly) => Promise<R>,
): Promise<R> {
  const config = await configOf(options)
  const { begins = false, readOnly = false } = options
  const store = await openStore(config, options.store, { mustExist: !begins, readOnly })
  try {
    return await work({ store, codecs: config.codecs ?? [] })
  } finally {
    await store.close()
  }
}

/** What histories are read from. */
export interface Past {
  readonly source: HistorySource
  readonly codecs: readonly Codec[]
  readonly hideSecrets: boolean
  /** The agents that there are, as they are named. */
  names(): AsyncIterable<string>
  /** Absent: it is an exported file, on which nothing can be done. */
  readonly store?: Store
}

/** The same for a command that may also read a file that `exportStreams` made. */
export async function withPast<R>(options: ProjectOptions, work: (past: Past) => Promise<R>): Promise<R> {
  const { store: place, showSecrets = false } = options
  const hideSecrets = !showSecrets
  if (place === undefined || !isExport(place))
    return withStore({ ...options, readOnly: true }, ({ store, codecs }) =>
      work({ source: store, store, codecs, hideSecrets, names: () => namesIn(store) }),
    )
  const { codecs = [] } = await configOf(options)
  const { openExport } = await import('@refold/core/history') // which most commands do without
  const file = await openExport(await openAsBlob(place))
  return work({ source: file, codecs, hideSecrets, names: () => namesOf(file) })
}

/** Of a command that needs no agent's code: a configuration is loaded where it is named, or where no store is named. */
export async function configOf({ config, store }: ProjectOptions): Promise<Partial<RefoldConfig>> {
  const file = config === undefined && store !== undefined ? undefined : knownConfig(config, process.cwd())
  return file === undefined ? {} : loadConfig(file)
}

/** Of all agents of a store. */
export async function* namesIn({ directory }: Store): AsyncGenerator<string, void, undefined> {
  for await (const page of directory.find()) for (const { stream } of page) yield stream
}

async function* namesOf({ streams }: ExportedStreams): AsyncGenerator<string, void, undefined> {
  for (const { stream } of streams) yield stream
}

const BRACE = 0x7b

/** An export is text that begins with an object; a SQLite file does not. */
export function isExport(place: string): boolean {
  if (isAddress(place)) return false
  const first = Buffer.alloc(1)
  try {
    const file = openSync(place, 'r')
    try {
      return readSync(file, first) === 1 && first[0] === BRACE
    } finally {
      closeSync(file)
    }
  } catch {
    return false // opening it as a store tells what is wrong with it
  }
}
