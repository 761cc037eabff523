/** Who uses the fleet: starts agents, approves what asks, decides what is in doubt, and remembers what was acknowledged. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { storeFrom } from '@refold/cli'
import { createRuntime, isRefoldError } from '@refold/core'
import type { AgentOf, Runtime } from '@refold/core'
import { readLines } from './body-log.js'
import { jobAgent } from './job-agent.js'

type Job = AgentOf<ReturnType<typeof jobAgent>>

export interface Caller {
  /** Ids of agents whose start was acknowledged. */
  readonly started: ReadonlySet<string>
  /** Ids of approvals that were acknowledged, as `<agent>/<id>`. */
  readonly approved: ReadonlySet<string>
  readonly decided: { failed: number; completed: number }
  /** Starts agents at that rate until the time is up. */
  startAgents(options: { readonly untilMs: number; readonly rate: number }): Promise<void>
  /** Resolves when every agent that was started has ended. Rejects when that takes too long. */
  allEnded(withinMs: number): Promise<void>
  close(): Promise<void>
}

export async function openCaller(directory: string): Promise<Caller> {
  const log = join(directory, 'bodies.jsonl')
  const job = jobAgent(log)
  const store = await storeFrom(join(directory, 'agents.db'))
  const runtime = await createRuntime({ store, agents: [job], worker: false })
  return new OpenCaller(runtime, job, log)
}

class OpenCaller implements Caller {
  readonly started = new Set<string>()
  readonly approved = new Set<string>()
  readonly decided = { failed: 0, completed: 0 }
  readonly #open = new Map<string, Job>()
  readonly #runtime: Runtime
  readonly #job: ReturnType<typeof jobAgent>
  readonly #log: string

  constructor(runtime: Runtime, job: ReturnType<typeof jobAgent>, log: string) {
    this.#runtime = runtime
    this.#job = job
    this.#log = log
  }

  async startAgents({ untilMs, rate }: { readonly untilMs: number; readonly rate: number }): Promise<void> {
    for (let number = 1; Date.now() < untilMs; number++) {
      const id = `a${number}`
      void sent(async () => this.#follow(await this.#runtime.start(this.#job, { id, input: { agent: id } }))).then(
        (ok) => ok && this.started.add(id),
      )
      await sleep(1000 / rate)
    }
  }

  async allEnded(withinMs: number): Promise<void> {
    const open = this.#open
    const deadline = Date.now() + withinMs
    while (open.size > 0) {
      if (Date.now() > deadline) throw new Error(`${open.size} agents have not ended: ${[...open.keys()].join(', ')}`)
      await sleep(50)
    }
  }

  close(): Promise<void> {
    return this.#runtime.close()
  }

  #follow(agent: Job): void {
    this.#open.set(agent.id, agent)
    agent.subscribe({
      next: (state) => {
        if (state.matches('asking')) void this.#approve(agent, state.context.round)
        for (const effect of state.effects)
          if (effect.inDoubt !== undefined) void this.#decide(agent, effect.effect, effect.key)
      },
      complete: () => this.#open.delete(agent.id),
    })
  }

  async #approve(agent: Job, round: number): Promise<void> {
    const id = `approve-${round}`
    if (await sent(() => agent.send({ type: 'approve', by: 'soak' }, { id }))) this.approved.add(`${agent.id}/${id}`)
  }

  /** What a person does who asks the bank: it was done, or it was not. */
  async #decide(agent: Job, effect: string, key: string): Promise<void> {
    const wasDone = readLines(this.#log).some((line) => line.key === key && line.what === 'did')
    const decision = wasDone ? ({ complete: { key } } as const) : ({ fail: 'it was not done' } as const)
    if (await sent(() => agent.resolve(effect, decision))) this.decided[wasDone ? 'completed' : 'failed']++
  }
}

/** Whether it was acknowledged. A locked file is tried again; an answer that says it is the case already is one too. */
async function sent(send: () => Promise<unknown>): Promise<boolean> {
  for (;;) {
    try {
      await send()
      return true
    } catch (error) {
      if (isRefoldError(error, 'STORE_REJECTED') || isRefoldError(error, 'STORE_UNKNOWN')) continue
      return false
    }
  }
}
