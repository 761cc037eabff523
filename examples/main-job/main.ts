/** `npm start`: the command line of the review. Its exit codes are in the help. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { storeFrom } from '@refold/cli'
import { createClient } from '@refold/core'
import type { Store } from '@refold/core'
import { noWitness } from './actors.js'
import { reviewAgent } from './agent.js'
import { readBodyLog } from './body-log.js'
import { liveScreen } from './live-screen.js'
import type { Job } from './machine.js'
import { HELP, isOfStore, readOptions, UsageError } from './options.js'
import type { Options } from './options.js'
import { personAt, policyDecider } from './person.js'
import { costLine, proofTable, recoveryLines } from './proof.js'
import { plainScreen } from './screen.js'
import { supervise } from './supervisor.js'
import type { Outcome } from './supervisor.js'

const INTERRUPTED = new Error('interrupted')
const TERMINAL = {
  input: process.stdin,
  output: process.stdout,
  onInterrupt: () => void process.kill(process.pid, 'SIGINT'),
}
const EXIT = { accepted: 0, failed: 1, usage: 2, rejected: 3, interrupted: 130 } as const

process.exitCode = await main().catch((error: unknown) => {
  if (error instanceof UsageError) console.error(`${error.message}\n(npm start -- --help says what can be changed)`)
  else console.error(error instanceof Error ? error.message : error)
  return error instanceof UsageError ? EXIT.usage : EXIT.failed
})

async function main(): Promise<number> {
  // npm runs scripts in the package's directory and says in INIT_CWD where the user stands.
  const options = readOptions(process.argv.slice(2), {
    here: process.env['INIT_CWD'] ?? process.cwd(),
    home: process.cwd(),
  })
  if (options === undefined) {
    console.log(HELP)
    return EXIT.accepted
  }
  mkdirSync(dirname(options.store), { recursive: true })
  if (options.isFresh) removeStore(options.store)
  return run(options)
}

async function run(options: Options): Promise<number> {
  const definition = reviewAgent(noWitness)
  const store = await storeFrom(options.store)
  // A client: this process starts, reads and sends; it performs nothing.
  await using refold = await createClient({ store, agents: [definition] })
  const review = options.isResumed
    ? await refold.attach(definition, await newestUnfinished(store))
    : await refold.start(definition, { id: newId(), input: jobOf(options) })

  const bodyLog = `${options.store}.bodies.jsonl`
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort(INTERRUPTED)).once('SIGTERM', () => interrupted.abort(INTERRUPTED))
  const isTerminal = process.stdout.isTTY
  const screen = isTerminal
    ? liveScreen(process.stdout, { columns: process.stdout.columns || 80 })
    : plainScreen(process.stdout)
  const asksPerson = isTerminal && process.stdin.isTTY && !options.policyDecides
  try {
    const outcome = await supervise({
      review,
      store: options.store,
      bodyLog,
      killAt: options.killAt,
      screen,
      decider: asksPerson ? personAt(TERMINAL) : policyDecider,
      signal: interrupted.signal,
    })
    screen.end()
    const proof = proofTable(readBodyLog(bodyLog, { review: review.id }))
    console.log([...outcomeLines(outcome, proof), ...endLines(outcome, { ...options, id: review.id })].join('\n'))
    return outcome.decision.verdict === 'accept' ? EXIT.accepted : EXIT.rejected
  } catch (error) {
    screen.end()
    if (error !== INTERRUPTED) throw error
    console.log('interrupted; nothing is lost: go on with npm start -- --resume')
    return EXIT.interrupted
  }
}

function outcomeLines(outcome: Outcome, proof: readonly string[]): readonly string[] {
  return ['', outcome.summary.text, '', ...proof, '', ...recoveryLines(outcome)]
}

interface Finished extends Options {
  /** Of the review. */
  readonly id: string
}

function endLines({ summary, decision, report }: Outcome, { id, store, prices }: Finished): readonly string[] {
  const cost = costLine(summary, prices)
  const file = /[^\w./-]/.test(store) ? `'${store}'` : store // as a shell takes it
  const place = (process.env['REFOLD_ESDB_URL'] ?? '') === '' ? ` --store ${file}` : '' // a server is named there
  return [
    ...(cost === undefined ? [] : [cost]),
    `verdict: ${decision.verdict}, by ${decision.by}`,
    `report: ${report}`,
    `what happened: npx refold history review-${id}${place}   (npx refold --help has more)`,
    `in a browser:  npx refold inspect review-${id}${place}`,
  ]
}

function jobOf({ directory, report, llm }: Options): Job {
  return { directory, report, llm, day: new Date().toISOString().slice(0, 10) }
}

/** Ids sort by the time of their start. */
function newId(): string {
  return new Date().toISOString().replace(/[:.]/g, '-')
}

async function newestUnfinished(store: Store): Promise<string> {
  const ids: string[] = []
  for await (const page of store.directory.find({ definition: 'review', status: 'active' }))
    ids.push(...page.map(({ id }) => id))
  const newest = ids.toSorted().at(-1)
  if (newest === undefined) throw new UsageError('there is nothing to resume in this store')
  return newest
}

function removeStore(store: string): void {
  const folder = dirname(store)
  for (const name of readdirSync(folder)) if (isOfStore(name, store)) rmSync(join(folder, name), { recursive: true })
}
