/** How callers use the agents of `examples.ts`: what must compile, and the types that come out of it. */
import { createActor } from 'xstate'
import type { AnyActorRef } from 'xstate'
import { createRuntime, createWorker, formatPlan, planRecovery, toRevision } from './api.js'
import type {
  AgentDefinition,
  AgentEvent,
  AgentOf,
  AnyAgent,
  AnyAgentState,
  Approval,
  ApprovalRequest,
  OutputOf,
  Runtime,
  StateOf,
  Store,
  Worker,
} from './api.js'
import { inline, loose, looser, machine, payout, research, toggler } from './examples.js'
import { expectType } from './expect-type.js'
import type { Equal } from './expect-type.js'

declare const store: Store

export async function main() {
  await using refold = await createRuntime({ store, agents: [research, toggler, loose, looser, inline] })
  const agent = await refold.start(research, { id: '42', input: { topic: 'whales' } })
  agent.state$.subscribe((s) => {
    if (s.matches('review')) console.log(s.context.draft?.length)
    s.matches({ review: { human: 'open' } })
    s.matches({ review: { robot: 'b' } })
    s.hasTag('busy')
    s.tags.has('waiting')
    if (s.status === 'done') expectType<Equal<typeof s.output, { draft: string }>>()
    if (s.status === 'error') {
      // @ts-expect-error -- what was thrown need not be an error
      void s.error.message
      if (typeof s.error === 'object' && s.error !== null && 'message' in s.error) s.error.message satisfies unknown
    }
    s.can({ type: 'approve', by: 'x' })
    s.matches({ review: 'human' })
    if (s.condition === 'blocked') console.log(s.blocked?.error.message)
    for (const e of s.effects) if (e.src === 'draft') e.input.topic satisfies string
  })
  const next = await agent.send({ type: 'approve', by: 'ana' }, { id: 'req-1', by: 'ana' })
  next.matches('published')
  await agent.send({ type: 'stop' })
  const { output } = await agent.done()
  output.draft satisfies string
  const done = await agent.waitFor((s) => s.status === 'done')
  done.output.draft satisfies string
  const rev = await agent.waitFor((s) => s.matches('review'), { timeoutMs: 3 })
  rev.context.draft satisfies string | null
  agent.events$.subscribe((e) => {
    switch (e.type) {
      case 'approve':
        e.data.by satisfies string
        break
      case 'refold.effect.done':
        if (e.data.src === 'draft') e.data.output.words satisfies number
        break
      case 'refold.started':
        e.data.input.topic satisfies string
        break
      case 'stop':
        expectType<Equal<typeof e.data, {}>>()
        break
    }
  })
  agent.on('token', (e) => e.text satisfies string)
  const legal = await agent.legalEvents()
  legal[0]?.type satisfies 'approve' | 'reject' | 'stop' | undefined
  const t = await refold.start(toggler, { id: '1' })
  await t.send({ type: 'flip' })
  const l = await refold.attach(loose, '1')
  await l.send({ type: 'go', n: 3 })
  l.state$.subscribe((s) => s.matches('anything') || s.context.anything)
  const ll = await refold.attach(looser, '1')
  await ll.send({ type: 'go', n: 3 })
  createActor(machine, { input: { topic: 'plain xstate' } }).start()
}

// ── effects in doubt, commands, history
export async function operate(refold: Runtime<'research'>) {
  const agent = await refold.attach(research, '42')
  for (const effect of await agent.inDoubt()) {
    if (effect.src === 'draft')
      await agent.resolve(effect, { complete: { text: effect.input.topic, words: 1 }, by: 'ana' })
    else if (effect.src === 'child.charge') await agent.resolve(effect, { complete: { receipt: 'r-1' } })
    else await agent.resolve(effect, { again: true, force: true, reason: 'the provider has no trace of it' })
  }
  await agent.resolve('3.1', { fail: new Error('declined') })
  await agent.resolve('3.2', { acknowledge: true })
  const paused = await agent.pause({ by: 'ana', reason: 'maintenance' })
  expectType<Equal<typeof paused.context.words, number>>()
  await agent.resume()
  await agent.retry({ by: 'ana' })
  await agent.cancel({ reason: 'no longer wanted' })
  agent.eventsFrom(toRevision(3)).subscribe((e) => e.revision)
  const before = await agent.stateAt({ at: Date.now() - 60_000 })
  before.context.draft satisfies string | null
  const changes = await agent.diff(before.revision, { at: Date.now() })
  changes[0]?.path satisfies string | undefined
  const { effects, inDoubt } = await refold.recovered
  return effects - inDoubt
}
export const reader = () =>
  createRuntime({
    store,
    agents: [research],
    worker: false,
    onReport: (report) => console.log(report.code, report.message),
  })
export const worker = () =>
  createRuntime({
    store,
    agents: [research],
    worker: { leaseDurationMs: 5_000 },
    snapshots: { everyEvents: 100 },
  })

// ── many agents
export async function many(refold: Runtime<'research' | 'payout'>) {
  const found = await refold.find({ definition: 'research', state: 'review', limit: 10 })
  for (const { id, nextDueAt } of found) {
    nextDueAt satisfies number | undefined
    await refold.attach(research, id)
  }
  const { count, failed } = await refold.pause({ definition: 'payout', by: 'ana', reason: 'maintenance' })
  failed[0]?.code satisfies string | undefined
  await refold.resume({ by: 'ana' })
  return count + (await refold.rebuildDirectory()).repaired + (await refold.holds()).length
}
export async function plan() {
  const planned = await planRecovery({ store, agents: [research] })
  planned.resumed[0]?.effects[0]?.how satisfies 'begin' | 'ask' | undefined
  return formatPlan(planned, { maxLines: 5 })
}
export async function works() {
  await using worker = await createWorker({
    store,
    agents: [research],
    id: 'w1',
    capacity: 20,
    leaseDurationMs: 5_000,
    onTakeover: ({ agent, previous, why, effects }) => console.log(agent.name, agent.id, previous, why, effects),
  })
  expectType<Equal<typeof worker, Worker<'research'>>>()
  const agent = await worker.start(research, { id: '42', input: { topic: 'whales' } })
  const { agents, capacity } = worker.load
  const { released, inDoubt } = await worker.drain({ by: 'ana', reason: 'a new kernel', bodies: 'finish' })
  return [agent.id, worker.id, agents / capacity, released + inDoubt]
}

// ── approval
export async function approve(refold: Runtime<'payout'>, answer: Approval) {
  const agent = await refold.attach(payout, '1')
  const asked = await agent.approval('approve')
  expectType<Equal<typeof asked, ApprovalRequest<'approve', { to: string; cents: number }>>>()
  await agent.send({ type: 'approve' }, { by: 'ana', approval: asked })
  await agent.send({ type: 'approve' }, { by: 'ana', approval: answer, reason: 'as agreed' })
  await agent.cancel({ by: 'ana', deadlineMs: 60_000 })
  agent.events$.subscribe((e) => {
    if (e.type === 'refold.cancel') e.data.deadlineAt satisfies number
    e.approved?.payloadHash satisfies string | undefined
  })
  return (await agent.legalEvents())[0]?.needsApproval satisfies true | undefined
}
export async function approveAny(agent: AnyAgent) {
  await agent.send({ type: 'x' }, { by: 'ana', approval: await agent.approval('x') })
}

// ── generic helpers over any definition
export async function runToEnd<D extends AgentDefinition>(refold: Runtime, def: D, id: string): Promise<OutputOf<D>> {
  const agent = await refold.attach(def, id)
  agent.state$.subscribe((s) => console.log(s.value, s.context, s.revision))
  return (await agent.done()).output
}
export async function use(refold: Runtime<'research'>) {
  const o = await runToEnd(refold, research, '1')
  o.draft satisfies string
  const s: StateOf<typeof research> = (await refold.attach(research, '1')).getSnapshot()
  const a: AgentOf<typeof research> = await refold.attach(research, '1')
  describe(s)
  const anyAgents: AnyAgent[] = [a, await refold.attach(research, '2')]
  return [a, anyAgents]
}
export async function whatIf(refold: Runtime<'research'>) {
  const plan = await refold.planFork(research, '1', {
    as: '2',
    at: 7,
    outcome: { effect: 'draft', complete: { text: 'x' } },
  })
  plan.effects[0]?.fate satisfies 'runs' | 'asks' | 'waits' | undefined
  plan.estimate.rest.usage.costUsd satisfies number | undefined
  const fork: AgentOf<typeof research> = await refold.fork(research, '1', {
    as: '2',
    at: { at: 0 },
    input: { topic: 'x' },
    timers: 'drop',
  })
  return fork
}
export function describe(state: AnyAgentState): string {
  return `${JSON.stringify(state.value)} ${state.status}`
}
export async function anyOf(agent: AnyAgent) {
  for (const e of await agent.inDoubt()) await agent.resolve(e.effect, { again: true })
}
// oxlint-disable-next-line typescript/no-explicit-any -- what a user may write who does not care which agent it is
export function last(e: AgentEvent<any>) {
  return e.type
}

// ── @xstate/react's useSelector takes an agent
declare function useSelector<A extends Pick<AnyActorRef, 'subscribe' | 'getSnapshot'>, R>(
  actor: A,
  selector: (emitted: A extends { getSnapshot(): infer S } ? S : never) => R,
): R
export const words = (agent: AgentOf<typeof research>) => useSelector(agent, (s) => s.context.words)
