/**
 * How many files the two walks of `docs/how-it-works.md` pass through: from `send` until the body begins, on the memory store,
 * and from the start of a process until the effect of one that was killed begins again, on sqlite.
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Figures } from '../figures.js'
import { countFiles, filesTouched } from '../files-touched.js'
import { HANGS_AT } from '../workload.js'

const FIRST = fileURLToPath(new URL('../resumption-worker.js', import.meta.url))
const SELF = fileURLToPath(import.meta.url)

/** Prints the files to stderr when WALKS_LIST is set. */
export async function walks(directory: string): Promise<Figures> {
  const sent = await walkOf('send', directory)
  const first = spawn(process.execPath, [FIRST, directory, 'hang'], { stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: first.stdout })) if (line === `body ${HANGS_AT}`) break
  first.kill('SIGKILL')
  const resumed = await walkOf('resume', directory)
  return {
    fromSendToBody: sent.called.length,
    fromStartToResumed: resumed.called.length,
    loadedAtStart: resumed.loaded,
  }
}

type Walk = Awaited<ReturnType<typeof filesTouched>>

/** In a process of its own: what runs before the walk begins is not counted. */
async function walkOf(walk: 'send' | 'resume', directory: string): Promise<Walk> {
  const child = spawn(process.execPath, [SELF, walk, directory], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  for await (const chunk of child.stdout) output += String(chunk)
  const counted = JSON.parse(output) as Walk
  if (process.env['WALKS_LIST'] !== undefined) process.stderr.write(`${walk}\n  ${counted.called.join('\n  ')}\n`)
  return counted
}

/** Packages are loaded here, so that a count may begin before them. */
async function fromSend(): Promise<void> {
  const { createRuntime, memoryStore } = await import('@refold/core')
  const { makeResult, stepAgent } = await import('../workload.js')
  const agent = stepAgent(
    async (name, step) => {
      await print()
      return makeResult(name, step)
    },
    { initial: 'parked' },
  )
  const runtime = await createRuntime({ store: memoryStore(), agents: [agent] })
  const parked = await runtime.start(agent, { id: 'plan', input: { agent: 'plan', steps: 1, keep: true } })
  await runtime.recovered
  await countFiles()
  await filesTouched() // what ran until now
  await parked.send({ type: 'GO' })
}

async function fromStart(directory: string): Promise<void> {
  await countFiles()
  const { createRuntime } = await import('@refold/core')
  const { sqliteStore } = await import('@refold/sqlite')
  const { makeResult, stepAgent } = await import('../workload.js')
  const agent = stepAgent(async (name, step) => {
    await print()
    return makeResult(name, step)
  })
  await createRuntime({ store: sqliteStore(`${directory}/w4.db`), agents: [agent] })
}

/** Ends the process, whatever comes of the count: a body that throws would only be tried again. */
function print(): Promise<never> {
  filesTouched().then(
    (counted) => process.stdout.write(JSON.stringify(counted), () => process.exit(0)),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      process.exit(1)
    },
  )
  return new Promise(() => {})
}

if (process.argv[1] === SELF) await (process.argv[2] === 'send' ? fromSend() : fromStart(process.argv[3] ?? ''))
