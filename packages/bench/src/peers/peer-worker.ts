/** The process in which a peer works, and which is killed: `node peer-worker.js ORDER`. */
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { median } from '../figures.js'
import { makeResult, STEPS } from '../workload.js'
import type { OnBody, StepResult } from '../workload.js'
import type { Adapter, AgentInput, Open } from './adapter.js'
import { BODIES } from './body-count.js'
import type { PeerOrder, PeerTask, PeerTold } from './messages.js'

const WARM = 5
const LEAST_MS = 3_000
const LEAST_AGENTS = 10

const order = JSON.parse(process.argv[2] ?? '{}') as PeerOrder
const starts = new Map<string, number>()
const gaps: number[] = []

process.on('disconnect', () => process.exit())
try {
  const { open } = (await import(order.module)) as { open: Open }
  const { directory, isResumed, given, task } = order
  const adapter = await open({ directory, isResumed, given, effect: effectOf(task) })
  if (task.kind === 'latency') await latency(adapter)
  else if (task.kind === 'throughput') await throughput(adapter, task.agents)
  else await drive(adapter, task)
} catch (error) {
  tell({ kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) })
}

function tell(message: PeerTold): void {
  process.send?.(message)
}

function effectOf(task: PeerTask): OnBody {
  if (task.kind === 'throughput') return (agent, step) => Promise.resolve(makeResult(agent, step))
  if (task.kind === 'latency') return timedEffect
  const write = (line: string): void => appendFileSync(join(order.directory, BODIES), `${line}\n`)
  return async (agent, step) => {
    if (step < task.tellsFrom) return makeResult(agent, step)
    write(`begun ${agent} ${step}`)
    tell({ kind: 'body' })
    if (step === task.hangsAt) return new Promise<never>(() => {})
    if (task.bodyMs > 0) await new Promise((resolve) => setTimeout(resolve, task.bodyMs))
    write(`ended ${agent} ${step}`)
    return makeResult(agent, step)
  }
}

/** A step: from the start of one effect to the start of the next, which waits until the first is durable. */
function timedEffect(agent: string, step: number): Promise<StepResult> {
  const now = performance.now()
  const before = starts.get(agent)
  if (before !== undefined) gaps.push(now - before)
  starts.set(agent, now)
  return Promise.resolve(makeResult(agent, step))
}

async function latency(adapter: Adapter): Promise<void> {
  for (let n = 0; n < WARM; n++) await adapter.run(`warm-${n}`, { steps: STEPS, keep: true })
  gaps.length = 0
  const from = performance.now()
  for (let n = 0; n < LEAST_AGENTS || performance.now() - from < LEAST_MS; n++)
    await checkedRun(adapter, `one-${n}`, { steps: STEPS, keep: true })
  await adapter.close()
  tell({ kind: 'measured', figures: { stepMs: median(gaps) } })
}

async function throughput(adapter: Adapter, agents: number): Promise<void> {
  const wave = (name: string): Promise<unknown> =>
    Promise.all(
      Array.from({ length: agents }, (_, n) => checkedRun(adapter, `${name}-${n}`, { steps: STEPS, keep: true })),
    )
  await wave('warm')
  const from = performance.now()
  let waves = 0
  for (; performance.now() - from < LEAST_MS; waves++) await wave(`w${waves}`)
  const seconds = (performance.now() - from) / 1_000
  const steps = waves * agents * STEPS
  await adapter.close()
  tell({ kind: 'measured', figures: { stepsPerSecond: steps / seconds, allSteps: steps + agents * STEPS } })
}

async function drive(adapter: Adapter, { agents, steps, keep }: PeerTask & { kind: 'drive' }): Promise<void> {
  const ended = await Promise.all(
    Array.from({ length: agents }, async (_, n) => {
      const input = { steps, keep }
      return isRight(await adapter.run(`a${n}`, input), { agent: `a${n}`, input })
    }),
  )
  tell({ kind: 'ended', wrong: ended.filter((right) => !right).length })
}

async function checkedRun(adapter: Adapter, agent: string, input: AgentInput): Promise<void> {
  if (!isRight(await adapter.run(agent, input), { agent, input })) throw new Error(`${agent} has wrong answers`)
}

/** Are these the answers of its effects, each once, in order? */
function isRight(
  results: readonly StepResult[],
  { agent, input }: { readonly agent: string; readonly input: AgentInput },
): boolean {
  const first = input.keep ? 1 : input.steps
  const wanted = Array.from({ length: input.steps - first + 1 }, (_, n) => makeResult(agent, first + n))
  return isDeepStrictEqual(results, wanted)
}
