/** Carries an order out, as the command of the same name does. */
import { formatForkPlan, RefoldError } from '@refold/core'
import type { AgentState, AgentTypes, AnyAgent, ForkOptions, Resolution } from '@refold/core'
import { readState } from '@refold/core/history'
import type { JsonValue } from '@refold/core/record'
import type { Order, OrderDone, OrderedResolution, OrderNotes } from '../contract/orders.js'
import type { FleetSource } from '../fleet/fleet-source.js'
import { addressOf, attached, definitionOf } from './acting.js'
import type { Acting } from './acting.js'
import { orderCommand } from './order-command.js'

/** Resolves when it is durable. Rejects with what an agent or a client refuses it with; then nothing was done. */
export async function perform(given: Order, acting: Acting & FleetSource): Promise<OrderDone> {
  const order = given.by === undefined && acting.by !== undefined ? { ...given, by: acting.by } : given
  const command = orderCommand(order, acting.places)
  if (order.do === 'fork') return { command, ...(await forked(order, acting)) }
  const agent = await attached(acting, order.agent)
  const { revision } = await done(order, agent)
  return { agent: order.agent, revision: Number(revision), command }
}

type Answered = Promise<AgentState<AgentTypes>>

function done(order: Exclude<Order, { readonly do: 'fork' }>, agent: AnyAgent): Answered {
  const notes = notesOf(order)
  switch (order.do) {
    case 'send': {
      const { event, id, expectedRevision } = order
      return agent.send(event, { ...notes, id, ...(expectedRevision === undefined ? undefined : { expectedRevision }) })
    }
    case 'approve':
      return approved(order, agent)
    case 'resolve':
      return agent.resolve(order.effect, { ...notes, ...resolutionOf(order), revision: order.revision })
    case 'retry':
    case 'pause':
    case 'resume':
    case 'cancel':
      return agent[order.do](notes)
  }
}

async function approved(order: Extract<Order, { readonly do: 'approve' }>, agent: AnyAgent): Answered {
  const { event, payloadHash, revision, about } = order
  const asked = await agent.approval(event.type, about === undefined ? {} : { about })
  if (asked.payloadHash !== payloadHash)
    throw new RefoldError('STALE_APPROVAL', `${order.agent} asks for something else than what was shown`, {
      hint: 'Look at what it asks for now.',
    })
  const { payload: _payload, ...approval } = asked
  return agent.send(event, { ...notesOf(order), approval: { ...approval, revision } })
}

function resolutionOf(order: OrderedResolution): Resolution<unknown> {
  switch (order.how) {
    case 'complete':
      return { complete: order.value as never } // any JSON: it is checked by the schema of the effect
    case 'fail':
      return { fail: new Error(order.value) }
    case 'again':
      return order.force === true ? { again: true, force: true } : { again: true }
    case 'acknowledge':
      return { acknowledge: true }
  }
}

type Fork = Extract<Order, { readonly do: 'fork' }>

async function forked(order: Fork, { client, agents, store, codecs = [] }: Acting & FleetSource) {
  const { name, id } = addressOf(order.agent)
  const version = order.version ?? (await versionAt(order, { store, codecs }))
  const definition = definitionOf(agents, { name, version })
  const request = requestOf(order) as never // checked by the client
  const plan = await client.planFork(definition, id, request)
  if (order.plan !== true) await client.fork(definition, id, request)
  return {
    agent: `${name}-${order.as}`,
    plan: plan as unknown as JsonValue, // plain JSON
    planText: formatForkPlan(plan),
  }
}

/** The one that the agent was at there. */
async function versionAt({ agent, at }: Fork, { store, codecs = [] }: FleetSource): Promise<number> {
  return (await readState(store, agent, { at, codecs })).document.agent.version
}

function requestOf({ as, at, event, outcome, timers, keys, run, ...order }: Fork): ForkOptions {
  return {
    as,
    at,
    ...(event === undefined ? undefined : { event }),
    ...(outcome === undefined ? undefined : { outcome: outcomeOf(outcome) }),
    ...(timers === undefined ? undefined : { timers }),
    ...(keys === undefined ? undefined : { keys }),
    ...(run === undefined ? undefined : { run }),
    ...notesOf(order),
  }
}

function outcomeOf({ effect, complete, fail }: NonNullable<Fork['outcome']>): NonNullable<ForkOptions['outcome']> {
  return fail === undefined ? { effect, complete } : { effect, fail: new Error(fail) }
}

function notesOf({ by, reason }: OrderNotes): OrderNotes {
  return { ...(by === undefined ? undefined : { by }), ...(reason === undefined ? undefined : { reason }) }
}
