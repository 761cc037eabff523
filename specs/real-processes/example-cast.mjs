/**
 * The agents of the examples and of the main job, each with an input and with what a user does to bring it to its end.
 * `drive` goes by the agent's state, as a user does who comes back after a crash, and sends each event under an id.
 */
import { poet } from '../../examples/dist/01-first-agent/agent.js'
import { weather } from '../../examples/dist/02-effects-and-retries/agent.js'
import { reminder } from '../../examples/dist/03-timers/agent.js'
import { letter } from '../../examples/dist/04-approval-by-a-person/agent.js'
import { chatAgent } from '../../examples/dist/05-tool-calling-chat-agent/agent.js'
import { trip } from '../../examples/dist/06-child-machines/agent.js'
import { payment, reconciledPayment } from '../../examples/dist/07-never-twice/agent.js'
import { importer } from '../../examples/dist/08-subscribing/agent.js'
import { till } from '../../examples/dist/09-time-travel/agent.js'
import { orders } from '../../examples/dist/10-property-testing-recovery/agent.js'
import { noWitness } from '../../examples/dist/main-job/actors.js'
import { reviewAgent } from '../../examples/dist/main-job/agent.js'

const nothing = async () => {}
const hasEnded = (state) => state.status !== 'active'

/** `services`: URLs of the servers outside, which no crash reaches; `project` and `report`: paths of the review. */
export function exampleCast({ services, project, report }) {
  const job = { directory: project, report, day: '2026-11-23', llm: null }
  const question = 'What is 19 + 23, and what is 1 + 2?'
  return [
    { definition: poet, input: { topic: 'whales' } },
    { definition: weather, input: { service: services.weather, city: 'Lisbon' } },
    { definition: reminder, input: { text: 'tea', inMs: 3_600_000 }, drive: snoozeOnce },
    { definition: letter, input: { to: 'Ana' }, drive: correctAndApprove },
    { definition: chatAgent, input: { url: services.model, model: 'm', question }, drive: nothing, end: isAnswered },
    { definition: trip, input: {} },
    { definition: trip, id: 'full', input: { flightIsFull: true } },
    {
      definition: payment,
      input: { bank: services.bank, cents: 1_000 },
      drive: findOutAndDecide(services.bank),
    },
    { definition: reconciledPayment, input: { bank: services.reconciledBank, cents: 1_000 } },
    { definition: importer, input: { rows: 250, batch: 100 } },
    { definition: till, drive: putTakeClose },
    { definition: orders, input: { most: 3 }, drive: orderUntilFull },
    { definition: reviewAgent(noWitness), input: job, drive: acceptReview },
  ].map((member) => ({ id: '1', drive: nothing, end: hasEnded, ...member }))
}

async function snoozeOnce(agent) {
  if (agent.getSnapshot().status === 'active') await agent.send({ type: 'snooze', forMs: 40 }, { id: 'snooze' })
}

async function correctAndApprove(agent) {
  const atReview = await agent.waitFor(
    (state) => state.matches('review') || hasEnded(state) || state.matches('sending'),
  )
  if (!atReview.matches('review')) return
  if (atReview.context.remarks.length === 0) await agent.send({ type: 'change', remark: 'be kind' }, { id: 'change' })
  await agent.waitFor((state) => state.matches('review') && state.context.remarks.length === 1)
  await agent.send({ type: 'approve', by: 'ana' }, { id: 'approve' })
}

async function putTakeClose(agent) {
  if (hasEnded(agent.getSnapshot())) return
  await agent.send({ type: 'put', cents: 500 }, { id: 'put' })
  await agent.send({ type: 'take', cents: 200 }, { id: 'take' })
  await agent.send({ type: 'close' }, { id: 'close' })
}

async function orderUntilFull(agent) {
  for (;;) {
    const state = await agent.waitFor((now) => now.matches('open') || hasEnded(now))
    if (hasEnded(state)) return
    const nth = state.context.numbers.length
    await agent.send({ type: 'order', item: `item ${nth}` }, { id: `order-${nth}` })
  }
}

async function acceptReview(agent) {
  const state = await agent.waitFor((now) => now.context.decision !== null || now.matches('deciding'))
  if (state.matches('deciding')) await agent.send({ type: 'decide', verdict: 'accept', by: 'ana' }, { id: 'decide' })
}

/** A person who looks into the bank's books when no one knows what became of a payment. */
function findOutAndDecide(bank) {
  return async (agent) => {
    for (;;) {
      const state = await agent.waitFor((now) => now.condition === 'in-doubt' || hasEnded(now))
      if (hasEnded(state)) return
      for (const doubt of await agent.inDoubt()) await agent.resolve(doubt, await bookedOrNot(bank, doubt))
    }
  }
}

async function bookedOrNot(bank, { key }) {
  const response = await fetch(`${bank}/charges/${encodeURIComponent(key)}`)
  if (!response.ok) return { again: true, by: 'ana' }
  const { receipt } = await response.json()
  return { complete: { receipt }, by: 'ana' }
}

function isAnswered(state) {
  const last = state.context.messages.at(-1)
  return state.matches('answered') && last?.role === 'assistant' && last.tool_calls === undefined
}
