/** Who uses the fleet: starts agents, approves what asks, decides what is in doubt, and remembers what was acknowledged. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { storeFrom } from '@refold/cli'
import { createRuntime, isRefoldError } from '@refold/core'
import type { AgentOf } from '@refold/core'
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
  const runtime = await createRuntime({
    store: await storeFrom(join(directory, 'agents.db')),
    agents: [job],
    worker: false,
  })
  const started = new Set<string>()
  const approved = new Set<string>()
  const decided = { failed: 0, completed: 0 }
  const open = new Map<string, Job>()

  const follow = (agent: Job): void => {
    open.set(agent.id, agent)
    agent.subscribe({
      next: (state) => {
        if (state.matches('asking')) void approve(agent, state.context.round)
        for (const effect of state.effects)
          if (effect.inDoubt !== undefined) void decide(agent, effect.effect, effect.key)
      },
      complete: () => open.delete(agent.id),
    })
  }
  const approve = async (agent: Job, round: number): Promise<void> => {
    const id = `approve-${round}`
    if (await sent(() => agent.send({ type: 'approve', by: 'soak' }, { id }))) approved.add(`${agent.id}/${id}`)
  }
  /** What a person does who asks the bank: it was done, or it was not. */
  const decide = async (agent: Job, effect: string, key: string): Promise<void> => {
    const wasDone = readLines(log).some((line) => line.key === key && line.what === 'did')
    const decision = wasDone ? ({ complete: { key } } as const) : ({ fail: 'it was not done' } as const)
    if (await sent(() => agent.resolve(effect, decision))) decided[wasDone ? 'completed' : 'failed']++
  }

  return {
    started,
    approved,
    decided,
    async startAgents({ untilMs, rate }) {
      for (let number = 1; Date.now() < untilMs; number++) {
        const id = `a${number}`
        void sent(() => runtime.start(job, { id, input: { agent: id } }).then(follow)).then(
          (ok) => ok && started.add(id),
        )
        await sleep(1000 / rate)
      }
    },
    async allEnded(withinMs) {
      const deadline = Date.now() + withinMs
      while (open.size > 0) {
        if (Date.now() > deadline) throw new Error(`${open.size} agents have not ended: ${[...open.keys()].join(', ')}`)
        await sleep(50)
      }
    },
    close: () => runtime.close(),
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
