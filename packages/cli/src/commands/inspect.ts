/** `refold inspect`: agents in a browser, until someone ends it. */
import { existsSync, openAsBlob, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInspector } from '@refold/inspector'
import type { Certificate, Inspectable, Inspector, InspectorOptions } from '@refold/inspector'
import { openExport } from '@refold/core/history'
import type { ExportedStreams } from '@refold/core/history'
import { RefoldError } from '@refold/core/store'
import type { Store } from '@refold/core/store'
import type { RefoldConfig } from '../config/define-config.js'
import { findConfig, knownConfig } from '../config/load-config.js'
import { openStore } from '../config/open-store.js'
import { hasServer, isAddress } from '../config/store-from.js'
import { withoutPasswords } from '../failure.js'
import { parseAddress } from './agent-argument.js'
import { named } from './reading/past-agent.js'
import { configOf, isExport, namesIn } from './store-only.js'
import type { ProjectOptions } from './store-only.js'

export interface InspectCommandOptions extends ProjectOptions {
  readonly host?: string
  readonly port?: number
  readonly write?: boolean
  /** `false`: no browser is started. */
  readonly open?: boolean
  /** Files, PEM. */
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly json: boolean
}

/** An inspector that is served, with the address to print. */
export interface Opened {
  readonly inspector: Inspector
  /** Of the agent that was named, else of all. */
  readonly path: string
}

/** `target`: a file, the address of a server, or an agent of the store. */
export async function openInspector(target: string | undefined, options: InspectCommandOptions): Promise<Opened> {
  const { place, agent } = targetOf(target)
  if (place !== undefined && options.store !== undefined)
    throw new RefoldError('INVALID_INPUT', 'the store is named in two ways', {
      hint: 'Name it before the options, or with --store.',
    })
  const given = { ...options, ...(place === undefined ? undefined : { store: place }) }
  const serving = { ...servingOptions(options), ...namesOf(given) }
  const inspectable = await inspectableOf(given)
  try {
    if (agent !== undefined) await requireAgent(inspectable.store, agent)
  } catch (error) {
    if ('close' in inspectable.store) await inspectable.store.close()
    throw error
  }
  const inspector = await createInspector({ ...inspectable, ...serving })
  return { inspector, path: agent === undefined ? '/' : `/a/${encodeURIComponent(agent)}` }
}

/** Where the page is at a path. */
export function atPath(url: string, path: string): string {
  return url.replace('/#', `${path}#`)
}

interface Target {
  readonly place?: string
  readonly agent?: string
}

function targetOf(target: string | undefined): Target {
  if (target === undefined) return {}
  if (isAddress(target) || existsSync(target)) return { place: target }
  if (target.includes('-') && !/[/\\]/.test(target)) return { agent: target }
  throw new RefoldError('INVALID_INPUT', `there is no file ${resolve(target)}`, {
    hint: 'Name a SQLite file, an exported history, the address of a server, or an agent: <definition>-<id>.',
  })
}

/** With `write` a configuration has to be there: its definitions decide. */
async function inspectableOf(options: InspectCommandOptions): Promise<Inspectable> {
  const { store: place, write = false } = options
  if (place !== undefined && isExport(place)) {
    if (write)
      throw new RefoldError('INVALID_INPUT', `${place} is an exported history: no order can be given to it`, {
        hint: 'Leave out --write; or `refold import` it into a store, and inspect that.',
      })
    return exported(place, await configOf(options))
  }
  const config = await configOf(write ? { ...options, config: findConfig(options.config, process.cwd()) } : options)
  const store = await openStore(config, place, { mustExist: true, readOnly: !write })
  return { store, ...partsOf(config) }
}

async function exported(place: string, config: Partial<RefoldConfig>): Promise<Inspectable> {
  return { store: await openExport(await openAsBlob(place)), ...partsOf(config) }
}

function partsOf({ agents, codecs }: Partial<RefoldConfig>): Omit<Inspectable, 'store'> {
  return {
    ...(agents === undefined ? undefined : { agents }),
    ...(codecs === undefined ? undefined : { codecs }),
  }
}

/** Rejects with `NOT_FOUND` and a name that is near, so that no one looks at an empty page. */
async function requireAgent(store: Store | ExportedStreams, agent: string): Promise<void> {
  parseAddress(agent)
  const isFile = 'streams' in store
  const names = (): AsyncIterable<string> => (isFile ? streamsOf(store) : namesIn(store))
  await named({ names }, agent, async () => {
    const isThere = isFile
      ? store.streams.some(({ stream }) => stream === agent)
      : (await store.directory.get(agent)) !== undefined
    if (isThere) return
    throw new RefoldError('NOT_FOUND', `there is neither a file nor an agent ${agent}`, { facts: { stream: agent } })
  })
}

async function* streamsOf({ streams }: ExportedStreams): AsyncGenerator<string, void, undefined> {
  for (const { stream } of streams) yield stream
}

function servingOptions({ host, port, write, tlsCert, tlsKey }: InspectCommandOptions): InspectorOptions {
  return {
    ...(host === undefined ? undefined : { host }),
    ...(port === undefined ? undefined : { port }),
    ...(write === undefined ? undefined : { write }),
    ...certificateOf(tlsCert, tlsKey),
  }
}

function certificateOf(cert: string | undefined, key: string | undefined): { readonly tls?: Certificate } {
  if (cert === undefined && key === undefined) return {}
  if (cert === undefined || key === undefined)
    throw new RefoldError('INVALID_INPUT', 'a certificate and its key are given together', {
      hint: '--tls-cert <file> --tls-key <file>, both PEM.',
    })
  return { tls: { cert: pem(cert), key: pem(key) } }
}

function pem(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new RefoldError('INVALID_INPUT', `${resolve(file)} cannot be read`, { cause })
  }
}

/** What the page calls the store, and what its commands name: they may be pasted anywhere. */
function namesOf({ store, config }: ProjectOptions): Pick<InspectorOptions, 'name' | 'places'> {
  const file = config === undefined && store !== undefined ? undefined : knownConfig(config, process.cwd())
  const place = store === undefined || isAddress(store) ? store && withoutPasswords(store) : resolve(store)
  return {
    name: place ?? file ?? usualPlace(),
    places: {
      ...(place === undefined ? undefined : { store: place }),
      ...(file === undefined ? undefined : { config: resolve(file) }),
    },
  }
}

/** Of a store that neither the command nor a configuration names. */
function usualPlace(): string {
  return hasServer() ? withoutPasswords(process.env['REFOLD_ESDB_URL'] ?? '') : resolve('refold.db')
}
