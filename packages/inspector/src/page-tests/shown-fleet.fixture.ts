/** A store with a fleet in all conditions, written by a real runtime. */
import { createRuntime, createWorld } from '@refold/core'
import type { Store } from '@refold/core'
import { FastClock } from './fast-clock.fixture.js'
import { invoiceAgent, newsletterAgent, researchAgent } from './shown-agents.fixture.js'

const HOUR = 3_600_000

const QUESTION = 'Why is the sky blue?'

/** `research-sky` is published after a revision by a person; the others stand in every condition. */
export async function makeFleet(store: Store): Promise<FastClock> {
  const clock = new FastClock(Date.now() - 5 * HOUR)
  const [research, invoice] = [researchAgent(clock), invoiceAgent(clock)]
  const runtime = await createRuntime({
    store,
    agents: [research, invoice, newsletterAgent],
    world: createWorld({ clock, logger: { log: () => {} } }),
    worker: { id: 'w1', leaseDurationMs: 24 * HOUR, closeGraceMs: 1_000 },
    onReport: () => {},
  })
  const newsletter = await runtime.start(newsletterAgent, { id: 'weekly' })
  const sky = await runtime.start(research, { id: 'sky', by: 'ada' })
  clock.forward(40_000)
  await sky.send({ type: 'ask', question: QUESTION, budgetUsd: 2 }, { by: 'ada', reason: 'a child wants to know' })
  await sky.waitFor((state) => state.matches('review'))
  clock.forward(2 * HOUR)
  await sky.send({ type: 'revise', note: 'Say why it is not violet.' }, { by: 'grace' })
  await sky.waitFor((state) => state.matches('review'))
  clock.forward(HOUR / 2)
  await sky.send({ type: 'publish', channel: 'blog' }, { by: 'grace', approval: await sky.approval('publish') })
  await newsletter.waitFor((state) => state.context.items.length > 0)
  await sky.done()

  for (const [index, id] of ['moon', 'tides', 'rainbow', 'echo'].entries()) {
    const agent = await runtime.start(research, { id })
    if (index === 3) continue
    await agent.send({ type: 'ask', question: `How do ${id} work?`, budgetUsd: 1 }, { by: 'lin' })
    await agent.waitFor((state) => state.matches('review'))
  }
  const supplier = ['Acme', 'Globex', 'Initech', 'Umbrella']
  for (let number = 1; number <= 24; number++) {
    const agent = await runtime.start(invoice, {
      id: `2026-${1000 + number}`,
      input: { cents: number * 100 + number, supplier: supplier[number % 4] ?? '' },
    })
    await agent.waitFor((state) => state.matches('waiting') || state.condition === 'blocked')
    if (number % 3 === 0 && number % 11 !== 0) {
      await agent.send({ type: 'approve' }, { by: 'cy', approval: await agent.approval('approve') })
      if (number % 7 === 0) clock.forward(60_000)
      await agent.waitFor((state) => state.status !== 'active' || state.condition === 'in-doubt')
    } else if (number % 10 === 0) await agent.pause({ by: 'ops', reason: 'supplier is being checked' })
    clock.forward(4 * 60_000)
  }
  await runtime.close()
  return clock
}
