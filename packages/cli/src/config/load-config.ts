/** Finds, loads and checks a configuration. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isRefoldError, RefoldError } from '@refold/core/store'
import type { RefoldConfig } from './define-config.js'

const NAMES = ['refold.config.js', 'refold.config.mjs', 'refold.config.ts', 'refold.config.mts']

/** The file to load: the one that was named, else the one in the directory. Throws `NO_CONFIG`. */
export function findConfig(named: string | undefined, directory: string): string {
  const files = filesOf(named, directory)
  const found = files.find((file) => existsSync(file))
  if (found !== undefined) return found
  const message =
    named === undefined ? `no configuration in ${directory}` : `${resolve(directory, named)} does not exist`
  throw new RefoldError('NO_CONFIG', message, {
    hint: `Write ${join(directory, 'refold.config.mjs')}: export default defineConfig({ agents: [...] }), or name another file with --config.`,
    facts: { lookedFor: files },
  })
}

/** The file, or `undefined` where none is named and there is none. Throws `NO_CONFIG` for one that is named. */
export function knownConfig(named: string | undefined, directory: string): string | undefined {
  return named === undefined ? filesOf(named, directory).find((file) => existsSync(file)) : findConfig(named, directory)
}

function filesOf(named: string | undefined, directory: string): readonly string[] {
  return (named === undefined ? NAMES : [named]).map((name) => resolve(directory, name))
}

/** Loads a configuration. Throws `INVALID_CONFIG`, with what its code threw as the cause. */
export async function loadConfig(file: string): Promise<RefoldConfig> {
  let loaded: { readonly default?: unknown }
  try {
    loaded = (await import(pathToFileURL(file).href)) as { readonly default?: unknown }
  } catch (cause) {
    throw invalid(file, `it cannot be loaded: ${textOf(cause)}`, { cause, hint: hintFor(file, cause) })
  }
  return checked(file, loaded.default)
}

const KEYS = ['agents', 'store', 'worker', 'workers', 'health', 'codecs', 'observers']

function checked(file: string, config: unknown): RefoldConfig {
  if (typeof config !== 'object' || config === null)
    throw invalid(file, 'it has no default export that is an object', {
      hint: 'export default defineConfig({ agents: [...] })',
    })
  const { agents, store, worker, workers, health, ...lists } = config as { readonly [key: string]: unknown }
  for (const key of Object.keys(config))
    if (!KEYS.includes(key)) throw invalid(file, `"${key}" is not known`, { hint: `Known: ${KEYS.join(', ')}.` })
  if (!Array.isArray(agents) || agents.length === 0)
    throw invalid(file, '`agents` must be a list of definitions', { hint: 'Each comes from defineAgent({…}).' })
  const names = agents.map(nameOf)
  const stranger = names.indexOf(undefined)
  if (stranger >= 0)
    throw invalid(file, `\`agents[${stranger}]\` is no definition`, { hint: 'Each comes from defineAgent({…}).' })
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw invalid(file, `\`agents\` has ${twice} twice`)
  if (worker !== undefined && (typeof worker !== 'object' || worker === null))
    throw invalid(file, '`worker` must be an object')
  if (store !== undefined && typeof store !== 'function')
    throw invalid(file, '`store` must be a function that opens the store', {
      hint: "store: () => sqliteStore('agents.db')",
    })
  for (const key of ['codecs', 'observers'] as const)
    if (lists[key] !== undefined && !Array.isArray(lists[key])) throw invalid(file, `\`${key}\` must be a list`)
  if (workers !== undefined && (!Number.isSafeInteger(workers) || (workers as number) < 1))
    throw invalid(file, '`workers` must be a positive integer')
  if (health !== undefined && health !== false && typeof health !== 'string')
    throw invalid(file, '`health` must be an address or false', { hint: "health: '127.0.0.1:9464'" })
  return config as RefoldConfig
}

/** `name@version`; `undefined` for what is no definition. */
function nameOf(agent: unknown): string | undefined {
  if (typeof agent !== 'object' || agent === null || !('name' in agent) || !('version' in agent)) return undefined
  const { name, version } = agent
  return typeof name === 'string' && typeof version === 'number' ? `${name}@${version}` : undefined
}

function hintFor(file: string, cause: unknown): string {
  if (isRefoldError(cause) && cause.hint !== undefined) return cause.hint
  const isTypeScript =
    /\.m?ts$/.test(file) && (cause as { readonly code?: unknown }).code === 'ERR_UNKNOWN_FILE_EXTENSION'
  if (isTypeScript) return 'Node 22.18 and newer load TypeScript; for this one, name the compiled JavaScript.'
  if (cause instanceof SyntaxError && /outside a module|Unexpected token 'export'/.test(cause.message))
    return 'Name it refold.config.mjs, or say "type": "module" in your package.json.'
  return 'It must run by itself: node ' + file
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

function invalid(
  file: string,
  problem: string,
  options: { readonly hint?: string; readonly cause?: unknown } = {},
): RefoldError {
  return new RefoldError('INVALID_CONFIG', `${file}: ${problem}`, { ...options, facts: { file } })
}
