/** `refold fork`: another agent that goes on from where one was, once its plan and its price were seen. */
import { formatForkPlan, printableLines, RefoldError } from '@refold/core'
import type { AgentDefinition, ForkOptions, ForkPlan } from '@refold/core'
import type { AgentHistory, HistoryMoment } from '@refold/core/history'
import { refoldCommand } from '@refold/inspector/commands'
import type { CommandPlaces } from '@refold/inspector/commands'
import { parseAddress } from './agent-argument.js'
import { placesOf } from './command-places.js'
import { confirm } from './confirm.js'
import type { ConfirmOptions } from './confirm.js'
import { parseJson, textOf } from './json-argument.js'
import { definitionNamed, pastOf, withProject } from './project.js'
import type { Project } from './project.js'
import { momentOf } from './reading/moment-argument.js'
import { historyOf } from './reading/past-agent.js'
import type { ProjectOptions } from './store-only.js'
import { notesOf } from './who.js'
import type { NotesOptions } from './who.js'

export interface ForkCommandOptions
  extends ProjectOptions, NotesOptions, ConfirmOptions, Pick<ForkOptions, 'as' | 'timers' | 'keys' | 'run'> {
  /** A revision, a time, or `before:<state>`. */
  readonly at?: string
  readonly event?: string
  /** `<effect>=<JSON>` */
  readonly outcome?: string
  /** `<effect>=<reason>` */
  readonly fail?: string
  readonly input?: string
  readonly version?: number
  /** Only shows the plan. */
  readonly dryRun?: boolean
  readonly json: boolean
}

/** Prints the name of the fork, which is durable then. Its plan goes before the question. */
export async function fork(address: string, options: ForkCommandOptions): Promise<string> {
  const { name, id } = parseAddress(address)
  const told = await toldFirst(options)
  return withProject(options, async (project) => {
    const history = await historyOf(pastOf(project), address)
    const at = options.at === undefined ? undefined : await placeOf(options.at, { history, places: placesOf(options) })
    const definition = await definitionOf(project, { name, history, at, version: options.version })
    const request = { ...requestOf(options), ...told, ...(at === undefined ? undefined : { at }) } as never // checked by the runtime
    const plan = await project.runtime.planFork(definition, id, request)
    if (options.dryRun === true) return options.json ? JSON.stringify(plan) : formatForkPlan(plan)
    if (!options.json) console.error(printableLines(formatForkPlan(plan)))
    if (!plan.isThere) await confirm(`fork ${address} as ${name}-${options.as}`, options)
    await project.runtime.fork(definition, id, request)
    return options.json ? JSON.stringify({ agent: plan.fork, plan }) : made(plan, placesOf(options))
  })
}

function requestOf({ as, timers, keys, run, ...options }: ForkCommandOptions): ForkOptions {
  return {
    as,
    ...(timers === undefined ? undefined : { timers }),
    ...(keys === undefined ? undefined : { keys }),
    ...(run === undefined ? undefined : { run }),
    ...notesOf(options),
  }
}

async function toldFirst({ event, outcome, fail, input }: ForkCommandOptions): Promise<Partial<ForkOptions>> {
  const json = async (text: string, what: string): Promise<unknown> => parseJson(await textOf(text), what)
  if (outcome !== undefined && fail !== undefined)
    throw new RefoldError('INVALID_INPUT', 'an effect ends in one way: say --outcome or --fail')
  return {
    ...(event === undefined ? undefined : { event: (await json(event, '--event')) as { type: string } }),
    ...(input === undefined ? undefined : { input: await json(input, '--input') }),
    ...(outcome === undefined ? undefined : { outcome: await ended(outcome, '--outcome', json) }),
    ...(fail === undefined
      ? undefined
      : { outcome: await ended(fail, '--fail', (text) => ({ fail: new Error(text) })) }),
  }
}

async function ended(
  text: string,
  what: '--outcome' | '--fail',
  read: (text: string, what: string) => unknown,
): Promise<NonNullable<ForkOptions['outcome']>> {
  const equals = text.indexOf('=')
  if (equals < 1)
    throw new RefoldError('INVALID_INPUT', `${what}: names no effect`, {
      hint: `For instance ${what} charge=…, as \`refold fork --dry-run\` lists them.`,
    })
  const said = await read(text.slice(equals + 1), what)
  const effect = text.slice(0, equals)
  return what === '--fail' ? { effect, ...(said as { fail: Error }) } : { effect, complete: said }
}

/** A moment, or the record before the agent was last in a state. */
async function placeOf(text: string, from: Past): Promise<HistoryMoment> {
  return text.startsWith('before:') ? beforeState(text.slice('before:'.length), from) : momentOf(text)
}

interface Past {
  readonly history: AgentHistory
  readonly places: CommandPlaces
}

async function beforeState(state: string, { history, places }: Past): Promise<number> {
  const path = state.split('.')
  const flips = await history.find(({ root }) => isIn(root.value, path))
  const last = flips.findLast(({ becomes }) => becomes)
  if (last !== undefined && last.revision > 0) return last.revision - 1
  const [problem, hint] =
    last === undefined
      ? ['was never in', `\`${refoldCommand(['history', history.stream], places)}\` lists the states that it came to.`]
      : ['began in', 'Nothing was before that: --input starts it otherwise.']
  throw new RefoldError('NOT_FOUND', `${history.stream} ${problem} the state "${state}"`, { hint })
}

function isIn(value: unknown, [first = '', ...below]: readonly string[]): boolean {
  if (typeof value === 'string') return value === first && below.length === 0
  const inner = (value as { readonly [state: string]: unknown } | undefined)?.[first]
  return inner !== undefined && (below.length === 0 || isIn(inner, below))
}

interface Wanted {
  readonly name: string
  readonly history: AgentHistory
  readonly at: HistoryMoment | undefined
  readonly version: number | undefined
}

/** The version that the agent was at, unless another one is asked for. */
async function definitionOf({ agents }: Project, { name, history, at, version }: Wanted): Promise<AgentDefinition> {
  const { document } = await history.at(at ?? history.lastState)
  const wanted = version ?? document.agent.version
  const found = definitionNamed(agents, name, wanted)
  if (found.version === wanted) return found
  throw new RefoldError('UNKNOWN_DEFINITION', `the configuration has no version ${wanted} of "${name}"`, {
    hint: `Say which version it is to go on under: --version ${found.version}.`,
  })
}

/** What is in doubt in a fork is so from its first record on. */
function made({ fork: { name, id }, effects, condition }: ForkPlan, places: CommandPlaces): string {
  if (condition === 'ended') {
    console.error('It has ended with that: nothing goes on.')
    return `${name}-${id}`
  }
  const waiting = new Set(effects.filter(({ fate }) => fate === 'waits').map(({ src }) => src))
  const next = [...waiting].map((src) =>
    refoldCommand(['resolve', `${name}-${id}`, src], { ...places, options: ['--again', '--revision', '0'] }),
  )
  const commands = [...next, refoldCommand(['resume', `${name}-${id}`], places)].map((command) => `  ${command}`)
  console.error(printableLines(['It is paused. To go on:', ...commands].join('\n')))
  return `${name}-${id}`
}
