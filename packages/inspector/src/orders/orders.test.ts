/** Orders to agents of a store, by a client as the inspector has one. */
import { createClient, defineAgent, memoryStore } from '@refold/core'
import type { Client, MemoryLog, Store } from '@refold/core'
import { openHistory } from '@refold/core/history'
import type { HistoryRecord } from '@refold/core/history'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { setup } from 'xstate'
import { OpenedAgents } from '../answers/opened-agents.js'
import type { Order } from '../contract/orders.js'
import { asking, expense, fleet, worker } from '../fleet/expenses.fixture.js'
import { HOSTILE } from '../lives.fixture.js'
import { actionsOf } from './actions-view.js'
import { parseOrder } from './parse-order.js'
import { perform } from './perform.js'

const places = { store: 'agents.db', knowsWho: false }

describe('orders', () => {
  let log: MemoryLog
  let store: Store
  let client: Client
  beforeAll(async () => {
    log = await fleet()
    const on = await worker(log)
    await asking(on, 'more')
    await asking(on, 'big', { cents: 200_000 })
    await on.close()
    store = memoryStore(log)
    client = await createClient({ store, agents: [expense], onReport: () => {} })
  })
  afterAll(() => client.close())

  const acting = () => ({ client, agents: [expense], store, places, by: 'ben' })
  const order = (given: Order) => perform(parseOrder(JSON.parse(JSON.stringify(given)) as never), acting())
  const actions = async (agent: string, withCode = true) =>
    actionsOf(await new OpenedAgents({ source: store }).open(agent), {
      places,
      ...(withCode ? { acting: acting() } : undefined),
    })
  const last = async (agent: string): Promise<HistoryRecord> => {
    const history = await openHistory(store, agent)
    return history.record(history.last)
  }

  test('INS-37 what an agent takes is told with definitions and without', async () => {
    const plain = await actions('expense-asks', false)
    expect(plain.events.map(({ type, needsApproval }) => [type, needsApproval])).toEqual([
      ['approve', true],
      ['reject', false],
      ['note', false],
    ])
    expect(plain.events[1]).toMatchObject({
      schema: { properties: { why: { type: 'string' } }, required: ['why'] },
      command: `refold send expense-asks reject '{"why":"…"}' --store agents.db`,
    })
    expect(plain.events[0]).not.toHaveProperty('asked')
    expect(plain.ways.map(({ do: does }) => does)).toEqual(['pause', 'cancel'])
    const known = await actions('expense-asks')
    expect(known.events[0]).toMatchObject({
      asked: { payload: { cents: 10 }, payloadHash: expect.any(String) as string },
    })
    expect(known.events[0]?.command).toContain(
      ` --shown ${known.events[0]?.asked?.payloadHash} --revision ${known.revision} --by 'your name' `,
    )
    expect(known.events[2]).toMatchObject({ isTaken: true })
    expect(known.events[1]).not.toHaveProperty('isTaken')
  })

  test('INS-37 of an agent that is held up, what lets it go on stands first', async () => {
    expect((await actions('expense-blocked')).ways[0]).toMatchObject({
      do: 'retry',
      command: expect.any(String) as string,
    })
    expect((await actions('expense-blocked')).events).toEqual([])
    expect((await actions('expense-paused')).ways.map(({ do: does }) => does)).toEqual(['resume', 'cancel'])
    const { doubts, ways } = await actions('expense-doubt')
    expect(doubts).toMatchObject([
      { src: 'charge', why: 'interrupted', isAbandoned: false, schema: { type: 'string' } },
    ])
    expect(ways.filter(({ command }) => command.startsWith('refold resolve'))).toHaveLength(3)
    expect(await actions('expense-paid')).toMatchObject({ events: [], doubts: [], ways: [] })
    await expect(actions('expense-none')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('INS-38 an event is sent once under an id, to the agent as it was shown', async () => {
    const { revision } = await actions('expense-more')
    const sent = {
      do: 'send',
      agent: 'expense-more',
      event: { type: 'note' },
      id: 'x1',
      expectedRevision: revision,
    } as const
    const done = await order({ ...sent, reason: HOSTILE })
    expect(done).toMatchObject({ agent: 'expense-more', revision: revision + 1 })
    expect(done.command).toMatch(
      /^refold send expense-more note --id x1 --expect \d+ --by ben --reason \$'.*' --store agents.db$/,
    )
    expect(await last('expense-more')).toMatchObject({ type: 'note', by: 'ben', reason: HOSTILE, dedupId: 'x1' })
    await order(sent)
    expect((await last('expense-more')).revision).toBe(revision + 1)
    await expect(order({ ...sent, id: 'x2' })).rejects.toMatchObject({ code: 'WRONG_REVISION' })
    await expect(order({ ...sent, id: 'x1', event: { type: 'reject', why: 'no' } })).rejects.toMatchObject({
      code: 'ID_REUSED',
    })
    await expect(order({ ...sent, id: 'x3', event: { type: 'reject' } })).rejects.toMatchObject({
      code: 'INVALID_EVENT',
    })
    expect((await last('expense-more')).revision).toBe(revision + 1)
  })

  test('INS-39 an approval is for what was shown, and in the name of someone', async () => {
    const { events } = await actions('expense-asks')
    const { payloadHash = '', revision = -1 } = events[0]?.asked ?? {}
    const yes = {
      do: 'approve',
      agent: 'expense-asks',
      event: { type: 'approve', by: 'ana' },
      payloadHash,
      revision,
    } as const
    await expect(order({ ...yes, payloadHash: 'ffff' })).rejects.toMatchObject({ code: 'STALE_APPROVAL' })
    await expect(perform(yes, { client, agents: [expense], store, places })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    })
    const { command } = await order({ ...yes, by: 'ana' })
    expect(command).toBe(
      `refold approve expense-asks approve '{"by":"ana"}' --shown ${payloadHash} --revision ${revision} --yes --by ana --store agents.db`,
    )
    expect(await last('expense-asks')).toMatchObject({ type: 'approve', by: 'ana', approved: { payloadHash } })
    await expect(order(yes)).rejects.toMatchObject({ code: 'EVENT_NOT_ACCEPTED' })
  })

  test('INS-39 an approval that was given twice is no yes to the same question asked again', async () => {
    const machine = setup({ types: { events: {} as { type: 'yes' | 'next' } } }).createMachine({
      initial: 'asking',
      states: { asking: { on: { yes: 'working' } }, working: { on: { next: 'asking' } } },
    })
    const loop = defineAgent({ name: 'loop', version: 1, machine, approvals: { yes: () => ({ deploy: 'all' }) } })
    const source = memoryStore()
    const on = await createClient({ store: source, agents: [loop], onReport: () => {} })
    const agent = await on.start(loop, { id: '1' })
    const its = { client: on, agents: [loop], store: source, places, by: 'ben' }
    const { events } = await actionsOf(await new OpenedAgents({ source }).open('loop-1'), { places, acting: its })
    const { payloadHash = '', revision = -1 } = events[0]?.asked ?? {}
    const yes: Order = { do: 'approve', agent: 'loop-1', event: { type: 'yes' }, payloadHash, revision }
    await perform(yes, its)
    await agent.send({ type: 'next' })
    expect((await agent.approval('yes')).payloadHash).toBe(payloadHash)
    await expect(perform(yes, its)).rejects.toMatchObject({ code: 'STALE_APPROVAL' })
    expect(agent.getSnapshot().value).toBe('asking')
    await on.close()
  })

  test('INS-40 doubts are resolved, and agents retried, paused, resumed and cancelled', async () => {
    const { effect = '', revision = -1, commands } = (await actions('expense-doubt')).doubts[0] ?? {}
    const resolve = { do: 'resolve', agent: 'expense-doubt', effect, revision, how: 'complete', value: 'r-1' } as const
    expect((await order(resolve)).command).toBe(
      `refold resolve expense-doubt ${effect} --complete '"r-1"' --revision ${revision} --by ben --store agents.db`,
    )
    const command = `refold resolve expense-doubt ${effect}`
    expect(commands).toEqual({
      complete: `${command} --complete '…' --revision ${revision} --store agents.db`,
      fail: `${command} --fail '…' --revision ${revision} --store agents.db`,
      again: `${command} --again --revision ${revision} --store agents.db`,
    })
    expect(await last('expense-doubt')).toMatchObject({ status: 'done', by: 'ben' })
    await expect(order(resolve)).rejects.toMatchObject({ code: 'NOT_IN_DOUBT' })
    await order({ do: 'resume', agent: 'expense-paused', reason: 'enough' })
    expect(await last('expense-paused')).toMatchObject({ kind: 'resumed', by: 'ben', reason: 'enough' })
    await order({ do: 'pause', agent: 'expense-paused' })
    await expect(order({ do: 'pause', agent: 'expense-paused' })).rejects.toMatchObject({ code: 'ALREADY_SO' })
    // Its code is as it was.
    await expect(order({ do: 'retry', agent: 'expense-blocked' })).rejects.toMatchObject({ code: 'BLOCKED' })
    expect((await actions('expense-blocked')).ways[0]).toMatchObject({ do: 'retry' })
    await order({ do: 'cancel', agent: 'expense-blocked' })
    expect(await last('expense-blocked')).toMatchObject({ status: 'stopped' })
  })

  test('INS-97 a resolution that was ordered twice settles no doubt that arose since', async () => {
    const its = await fleet()
    const source = memoryStore(its)
    const on = await createClient({ store: source, agents: [expense], onReport: () => {} })
    const acts = { client: on, agents: [expense], store: source, places, by: 'ben' }
    const shown = await actionsOf(await new OpenedAgents({ source }).open('expense-doubt'), { places, acting: acts })
    const { effect = '', revision = -1 } = shown.doubts[0] ?? {}
    const resolve = { do: 'resolve', agent: 'expense-doubt', effect, revision } as const
    const again: Order = { ...resolve, how: 'again', force: true }
    await perform(again, acts)
    const performing = await worker(its)
    await (await performing.attach(expense, 'doubt')).waitFor(({ revision: now }) => now > revision + 2)
    await performing.close() // interrupts the payment
    const finding = await worker(its)
    await (await finding.attach(expense, 'doubt')).waitFor(({ condition }) => condition === 'in-doubt')
    await finding.close()
    const doubt = (await on.attach(expense, 'doubt')).inDoubt()
    await expect(doubt).resolves.toMatchObject([{ effect, inDoubt: { revision: expect.any(Number) as number } }])
    await expect(perform(again, acts)).rejects.toMatchObject({ code: 'NOT_IN_DOUBT' })
    await expect(perform({ ...resolve, how: 'fail', value: 'no' }, acts)).rejects.toMatchObject({
      code: 'NOT_IN_DOUBT',
    })
    expect(await (await on.attach(expense, 'doubt')).inDoubt()).toEqual(await doubt)
    await on.close()
  })

  test('INS-41 a fork is planned before it is made, and made once', async () => {
    const fork = {
      do: 'fork',
      agent: 'expense-more',
      as: 'else',
      at: 0,
      event: { type: 'reject', why: 'late' },
    } as const
    const planned = await order({ ...fork, plan: true })
    expect(planned.planText).toContain('expense-else')
    expect(await store.directory.get('expense-else')).toBeUndefined()
    expect(planned.command).toBe(
      `refold fork expense-more --as else --at 0 --event '{"type":"reject","why":"late"}' --dry-run --by ben --store agents.db`,
    )
    expect(await order(fork)).toMatchObject({ agent: 'expense-else', plan: { isThere: false } })
    expect(await order(fork)).toMatchObject({ agent: 'expense-else', plan: { isThere: true } })
    await expect(order({ ...fork, at: 1 })).rejects.toMatchObject({ code: 'ID_REUSED' })
    await expect(order({ ...fork, version: 9, as: 'x' })).rejects.toMatchObject({ code: 'UNKNOWN_DEFINITION' })
  })

  test.each([
    [undefined, 'an object'],
    [{ do: 'erase' }, 'do must be'],
    [{ do: 'pause' }, 'agent must be'],
    [{ do: 'pause', agent: 'expense-more', yes: true }, '"yes" is no member'],
    [{ do: 'send', agent: 'expense-more', event: { type: 1 }, id: 'a' }, 'event must be'],
    [{ do: 'send', agent: 'expense-more', event: { type: 'note' } }, 'id must be'],
    [{ do: 'send', agent: 'expense-more', event: { type: 'note' }, id: 'a', expectedRevision: -1 }, 'expectedRevision'],
    [{ do: 'approve', agent: 'expense-more', event: { type: 'approve' } }, 'payloadHash must be'],
    [{ do: 'approve', agent: 'expense-more', event: { type: 'approve' }, payloadHash: 'f' }, 'revision must be'],
    [{ do: 'resolve', agent: 'expense-more', effect: '1', how: 'again' }, 'revision must be'],
    [{ do: 'resolve', agent: 'expense-more', effect: '1', revision: 1, how: 'complete' }, 'value must be'],
    [{ do: 'resolve', agent: 'expense-more', effect: '1', revision: 1, how: 'fail', value: 1 }, 'value must be'],
    [
      { do: 'resolve', agent: 'expense-more', effect: '1', revision: 1, how: 'fail', value: 'a', force: true },
      'force is for',
    ],
    [{ do: 'fork', agent: 'expense-more', as: 'x', at: 0, outcome: { effect: 'a' } }, 'outcome must be'],
    [
      {
        do: 'fork',
        agent: 'expense-more',
        as: 'x',
        at: 0,
        event: { type: 'a' },
        outcome: { effect: 'a', complete: 1 },
      },
      'one thing',
    ],
  ])('INS-43 the order %j makes no sense', (body, problem) => {
    expect(() => parseOrder(body as never)).toThrow(problem)
    expect(() => parseOrder(body as never)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }) as Error)
  })
})
