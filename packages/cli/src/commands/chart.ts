/** `refold chart`: a definition drawn, from what is stored with its agents, else from the configuration. */
import { isRefoldError, RefoldError } from '@refold/core'
import type { JsonValue } from '@refold/core'
import { describeDefinition } from '@refold/core/definition'
import { openHistory, readChart } from '@refold/core/history'
import { knownConfig, loadConfig } from '../config/load-config.js'
import { chartFrom, litBy, placeChart, toMermaid, toSvg } from '@refold/inspector/chart'
import { parseMoment } from './agent-moment.js'
import { withStore } from './store-only.js'
import type { ProjectOptions, StoreOnly } from './store-only.js'

export interface ChartCommandOptions extends ProjectOptions {
  /** `mermaid` or `svg`. */
  readonly format?: string
  /** Of the definition. */
  readonly version?: number
  /** `research-42` or `research-42@12`: its states are lit. */
  readonly agent?: string
  readonly json: boolean
}

interface FoundChart {
  readonly definition: string
  readonly version: number
  readonly fingerprint: string
  readonly from: 'store' | 'configuration'
  readonly chart: JsonValue
  /** Paths of the active leaf states of the agent that was named. */
  readonly active: readonly string[]
}

/** The text to print: the drawing, or the chart itself as JSON. */
export async function chart(name: string | undefined, options: ChartCommandOptions): Promise<string> {
  const { format = 'mermaid' } = options
  if (format !== 'mermaid' && format !== 'svg')
    throw new RefoldError('INVALID_INPUT', `--format ${format} is none`, { hint: 'One of: mermaid, svg.' })
  const found = await findChart(name, options)
  if (options.json) return JSON.stringify(found)
  const model = chartFrom(found.chart)
  const lit = found.active.length === 0 ? new Set<string>() : litBy(model, found.active)
  if (format === 'mermaid') return toMermaid(model, { lit })
  return toSvg(await placeChart(model), { title: `${found.definition}@${found.version}`, lit })
}

async function findChart(name: string | undefined, options: ChartCommandOptions): Promise<FoundChart> {
  const { agent, version } = options
  if (agent !== undefined)
    return withStore({ ...options, readOnly: true }, (opened) => ofAgent(agent, { name, opened }))
  if (name === undefined)
    throw new RefoldError('INVALID_INPUT', 'no definition is named', { hint: 'Name one, or an agent with --agent.' })
  const stored = await inStore(name, options)
  const found = stored ?? (await inConfiguration(name, options))
  if (found !== undefined) return found
  const what = version === undefined ? name : `${name}@${version}`
  throw new RefoldError('UNKNOWN_DEFINITION', `neither the store nor the configuration has a chart of ${what}`, {
    hint: 'Name a definition as `refold ls` shows it, or the configuration that has it.',
  })
}

async function ofAgent(
  text: string,
  { name, opened }: { readonly name: string | undefined; readonly opened: StoreOnly },
): Promise<FoundChart> {
  const { stream, revision } = await parseMoment(text, opened.store)
  const history = await openHistory(opened.store, stream, { codecs: opened.codecs })
  const { document, active } = await history.at(revision ?? history.lastState)
  const { definition, version, fingerprint } = document.agent
  if (name !== undefined && name !== definition)
    throw new RefoldError('INVALID_INPUT', `${stream} is no agent of ${name}`, { hint: 'Leave the definition out.' })
  const chart = await readChart(opened.store, fingerprint, { codecs: opened.codecs })
  if (chart === undefined)
    throw new RefoldError('NOT_FOUND', `the chart that decided ${stream} is not stored`, {
      hint: `\`refold chart ${definition}\` draws the one of the configuration.`,
    })
  return { definition, version, fingerprint, from: 'store', chart, active }
}

/** Agents that are looked at: one that cannot be folded tells no chart. */
const MOST_AGENTS = 5

/** The chart of the newest agent. Without a store there is none. */
async function inStore(name: string, options: ChartCommandOptions): Promise<FoundChart | undefined> {
  try {
    return await withStore({ ...options, readOnly: true }, (opened) => ofNewest(name, { ...options, opened }))
  } catch (error) {
    if (isRefoldError(error, 'INVALID_INPUT') && options.store === undefined) return undefined
    throw error
  }
}

async function ofNewest(
  name: string,
  { version, opened }: { readonly version?: number; readonly opened: StoreOnly },
): Promise<FoundChart | undefined> {
  let newest: readonly string[] = []
  const query = { definition: name, ...(version === undefined ? undefined : { version }) }
  for await (const page of opened.store.directory.find(query))
    newest = [...newest, ...page.map(({ stream }) => stream)].slice(-MOST_AGENTS)
  for (const stream of newest.toReversed()) {
    try {
      return { ...(await ofAgent(stream, { name, opened })), active: [] }
    } catch (error) {
      if (!isRefoldError(error)) throw error
    }
  }
  return undefined
}

async function inConfiguration(name: string, options: ChartCommandOptions): Promise<FoundChart | undefined> {
  const file = knownConfig(options.config, process.cwd())
  if (file === undefined || (options.config === undefined && options.store !== undefined)) return undefined
  const { agents } = await loadConfig(file)
  const [definition] = agents
    .filter((agent) => agent.name === name && (options.version ?? agent.version) === agent.version)
    .toSorted((one, other) => other.version - one.version)
  if (definition === undefined) return undefined
  const { fingerprint, chart } = describeDefinition(definition)
  return { definition: name, version: definition.version, fingerprint, from: 'configuration', chart, active: [] }
}
