/** What the command line says, checked. */
import { existsSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { STEPS } from './findings.js'
import type { StepName } from './findings.js'
import type { Llm } from './steps/summary.js'

/** Everything that `npm start` can be told. Paths are absolute. */
export interface Options {
  readonly directory: string
  readonly store: string
  readonly report: string
  readonly killAt: readonly StepName[]
  readonly isFresh: boolean
  readonly isResumed: boolean
  /** The policy decides, also where a person could be asked. */
  readonly policyDecides: boolean
  readonly llm: Llm | null
  /** Money per million tokens: read by the model, and written by it. */
  readonly prices: { readonly input: number; readonly output: number } | null
}

/** A command line that makes no sense; its message is for the user. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What `--help` prints. */
export const HELP = `Reviews the dependencies installed in a directory, kills its own worker in the middle, and finishes all the same.

  npm start -- [DIRECTORY] [options]

DIRECTORY              has package.json and node_modules; default: this one
--kill-at N            the step (1 to ${STEPS.length}) in which the worker is killed with SIGKILL, by its number or name;
                       'none', or 'every'. Default 5; with --resume none
--store FILE           where the agent lives; default .refold/review.db. What is in it is kept.
                       Where REFOLD_ESDB_URL names an EventStoreDB, it lives there instead
--fresh                deletes that file first, and nothing on a server
--resume               goes on with the newest review in the store that has not ended
--report FILE          default .refold/review.md
--policy               the policy decides; default: a person is asked where there is a terminal
--llm-url URL          an OpenAI-compatible endpoint (…/v1) that writes the summary; default: a template writes it
--llm-model NAME       needed with --llm-url
--llm-key-env NAME     the variable that holds its key; default OPENAI_API_KEY. The key is not stored
--price-in AMOUNT      what a million tokens cost that the model reads, for counting,
--price-out AMOUNT     and that it writes
--help                 this

Steps: ${STEPS.map((step, index) => `${index + 1} ${step}`).join(', ')}.
Exit codes: 0 accepted, 1 failed, 2 wrong arguments, 3 rejected, 130 interrupted (go on with --resume).`

const FLAGS = {
  'kill-at': { type: 'string' },
  store: { type: 'string' },
  fresh: { type: 'boolean', default: false },
  resume: { type: 'boolean', default: false },
  report: { type: 'string' },
  policy: { type: 'boolean', default: false },
  'llm-url': { type: 'string' },
  'llm-model': { type: 'string' },
  'llm-key-env': { type: 'string' },
  'price-in': { type: 'string' },
  'price-out': { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

/** Throws `UsageError`. `undefined` when help was asked for. Given paths are relative to where the user stands. */
export function readOptions(
  args: readonly string[],
  { here, home }: { here: string; home: string },
): Options | undefined {
  const { values, positionals } = parse(args)
  if (values.help) return undefined
  if (positionals.length > 1) throw new UsageError(`one directory can be reviewed at a time, not ${positionals.length}`)
  const [given] = positionals
  if (values.resume)
    refuseWithResume({
      DIRECTORY: given,
      '--fresh': values.fresh || undefined,
      '--report': values.report,
      '--llm-url': values['llm-url'],
    })
  const directory = given === undefined ? home : resolve(here, given)
  if (!values.resume) requireInstalled(directory)
  return {
    directory,
    store: fileAt(
      values.store === undefined ? join(home, '.refold', 'review.db') : resolve(here, values.store),
      '--store',
    ),
    report: fileAt(
      values.report === undefined ? join(home, '.refold', 'review.md') : resolve(here, values.report),
      '--report',
    ),
    killAt: readKillAt(values['kill-at'] ?? (values.resume ? 'none' : '5')),
    isFresh: values.fresh,
    isResumed: values.resume,
    policyDecides: values.policy,
    llm: readLlm({ url: values['llm-url'], model: values['llm-model'], keyVariable: values['llm-key-env'] }),
    prices: readPrices({ input: values['price-in'], output: values['price-out'] }),
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS, allowPositionals: true })
  } catch (error) {
    // Node's own message is good; its advice on `--` is for other programs.
    const [sentence = ''] = (error as Error).message.split(/\. |\n/)
    throw new UsageError(sentence)
  }
}

function refuseWithResume(given: Readonly<Record<string, unknown>>): void {
  const named = Object.keys(given).filter((name) => given[name] !== undefined)
  if (named.length > 0)
    throw new UsageError(`--resume goes on with a review as it was started: leave out ${named.join(', ')}`)
}

function requireInstalled(directory: string): void {
  if (!existsSync(directory)) throw new UsageError(`there is no directory ${directory}`)
  if (!existsSync(join(directory, 'package.json'))) throw new UsageError(`there is no package.json in ${directory}`)
  if (!existsSync(join(directory, 'node_modules')))
    throw new UsageError(`there is no node_modules in ${directory}: install first`)
}

function fileAt(path: string, flag: string): string {
  if (existsSync(path) && !statSync(path).isFile()) throw new UsageError(`${flag}: ${path} is not a file`)
  return path
}

function readKillAt(text: string): readonly StepName[] {
  if (text === 'none') return []
  if (text === 'every') return STEPS
  const step = /^\d+$/.test(text) ? STEPS[Number(text) - 1] : STEPS.find((name) => name === text)
  if (step === undefined)
    throw new UsageError(`--kill-at takes a step (1 to ${STEPS.length}, or its name), 'none' or 'every', not '${text}'`)
  return [step]
}

function readLlm({
  url,
  model,
  keyVariable,
}: {
  url: string | undefined
  model: string | undefined
  keyVariable: string | undefined
}): Llm | null {
  if (url === undefined) {
    if (model !== undefined || keyVariable !== undefined)
      throw new UsageError('--llm-model and --llm-key-env say nothing without --llm-url')
    return null
  }
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw new UsageError(`--llm-url takes an http(s) address, not '${url}'`)
  if (model === undefined) throw new UsageError('--llm-url needs --llm-model')
  return { url, model, keyVariable: keyVariable ?? 'OPENAI_API_KEY' }
}

function readPrices({ input, output }: { input: string | undefined; output: string | undefined }): Options['prices'] {
  if (input === undefined && output === undefined) return null
  return { input: readPrice(input, '--price-in'), output: readPrice(output, '--price-out') }
}

function readPrice(text: string | undefined, flag: string): number {
  const price = Number(text ?? '0')
  if (text === '' || !Number.isFinite(price) || price < 0)
    throw new UsageError(`${flag} takes an amount of money, not '${text}'`)
  return price
}

/** The files of a store: the database, what its driver keeps beside it, and the log of the bodies. */
export function isOfStore(name: string, store: string): boolean {
  const base = basename(store)
  return name === base || name.startsWith(`${base}-`) || name.startsWith(`${base}.`)
}
