/** `refold verify`: the recorded histories of agents, decided again with the configuration's code. Nothing is written. */
import { RefoldError, verifyAgents, VerifyReport } from '@refold/core'
import type { DifferingPlace, JsonValue, VerifiedHistory, VerifyAgentsOptions } from '@refold/core'
import { EXIT } from '../exit-codes.js'
import type { Told } from '../output.js'
import { ProgressLine } from '../progress-line.js'
import { parseAddress } from './agent-argument.js'
import { hideOf } from './hidden-secrets.js'
import { definitionNamed, withProject } from './project.js'
import type { Project } from './project.js'
import type { ProjectOptions } from './store-only.js'
import { verifiedText } from './verified-text.js'
import { counted } from '@refold/core/store'

export interface VerifyCommandOptions extends ProjectOptions {
  /** All agents of the store, in place of names. */
  readonly all?: boolean
  /** A time as ISO 8601: records before it are not decided again. */
  readonly since?: string
  /** At most so many agents. */
  readonly limit?: number
  readonly json: boolean
}

/** `isDone: false`: something differs, or an active agent cannot go on with this code. An interrupt ends it with what was found. */
export async function verify(names: readonly string[], options: VerifyCommandOptions): Promise<Told> {
  const since = sinceOf(options)
  assertOneWay(names, options)
  return withProject({ ...options, readOnly: true }, async (project) => {
    const end = new AbortController()
    const interrupt = (): void => end.abort()
    process.once('SIGINT', interrupt)
    try {
      const asked = { ...whom(names, project), ...since, signal: end.signal }
      const report = await reported({ ...project, ...asked }, options)
      if (end.signal.aborted) {
        process.exitCode = EXIT.interrupted
        console.error('interrupted: this is what was found until then')
      }
      const text = options.json ? JSON.stringify(report) : verifiedText(report)
      return { text, isDone: report.isSame || end.signal.aborted }
    } finally {
      process.off('SIGINT', interrupt)
    }
  })
}

async function reported(
  { store, agents, codecs, ...asked }: Project & Omit<VerifyAgentsOptions, 'store' | 'agents' | 'codecs'>,
  { limit = Infinity, showSecrets = false }: Pick<VerifyCommandOptions, 'limit' | 'showSecrets'>,
): Promise<VerifyReport> {
  const { runtime: _runtime, ...rest } = asked
  const report = new VerifyReport()
  const progress = new ProgressLine()
  try {
    for await (const history of verifyAgents({ store, agents, codecs, ...rest })) {
      report.add(showSecrets ? history : await withoutSecrets(history, { store, codecs }))
      progress.tell(
        () => `${counted(report.agents, 'agent')}, ${counted(report.records, 'record')}, ${report.differing} otherwise`,
      )
      if (report.agents >= limit) break
    }
  } finally {
    progress.end()
  }
  return report
}

async function withoutSecrets(
  history: VerifiedHistory,
  project: Pick<Project, 'store' | 'codecs'>,
): Promise<VerifiedHistory> {
  const { differences, stream } = history
  const hide = differences.length === 0 ? undefined : await hideOf(project, stream)
  if (hide === undefined) return history
  const places = (all: readonly DifferingPlace[]): readonly DifferingPlace[] => all.map((place) => hide(uncut(place)))
  return { ...history, differences: differences.map((one) => ({ ...one, places: places(one.places) })) }
}

/** A value that was cut may end within a secret. */
function uncut({ recorded, today, ...place }: DifferingPlace): DifferingPlace {
  const whole = (value: JsonValue): JsonValue => (typeof value === 'string' && value.endsWith('…') ? '…' : value)
  return {
    ...place,
    ...(recorded === undefined ? undefined : { recorded: whole(recorded) }),
    ...(today === undefined ? undefined : { today: whole(today) }),
  }
}

/** Agents by their streams, or all of a definition. Throws `UNKNOWN_DEFINITION`, `INVALID_INPUT`, `INVALID_ID`. */
function whom(names: readonly string[], { agents }: Project): Pick<VerifyAgentsOptions, 'streams' | 'definition'> {
  const [first] = names
  if (first === undefined) return {}
  if (names.length === 1 && !first.includes('-')) return { definition: definitionNamed(agents, first).name }
  return { streams: names.map((name) => streamOf(name)) }
}

function streamOf(given: string): string {
  const { name, id } = parseAddress(given)
  return `${name}-${id}`
}

function sinceOf({ since }: VerifyCommandOptions): { readonly since?: number } {
  if (since === undefined) return {}
  const at = Date.parse(since)
  if (Number.isFinite(at)) return { since: at }
  throw new RefoldError('INVALID_INPUT', `--since ${since} is no time`, { hint: 'For example 2026-11-29T14:00:00Z.' })
}

function assertOneWay(names: readonly string[], { all = false }: VerifyCommandOptions): void {
  if (names.length > 0 !== all) return
  throw new RefoldError('INVALID_INPUT', all ? 'agents are named in two ways' : 'no agent is named', {
    hint: 'Name agents or a definition, or give --all.',
  })
}
