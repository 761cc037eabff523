import { createRuntime, memoryLog, memoryStore } from '@refold/core'
import { applyPatch } from '@refold/core/record'
import type { JsonObject } from '@refold/core/record'
import { describe, expect, test } from 'vitest'
import type { CompareView, PointView } from '../contract/agent.js'
import { order } from '../lives.fixture.js'
import { Answers } from './answers.js'
import { comparedIn } from './compare.js'

async function forked(): Promise<Answers> {
  const log = memoryLog()
  const runtime = await createRuntime({ store: memoryStore(log), agents: [order] })
  for (const [id, notes] of [
    ['1', ['a', 'b', 'c']],
    ['3', ['a', 'B', 'c', 'd']],
    ['4', ['a', 'b', 'c']],
  ] as const) {
    const agent = await runtime.start(order, { id })
    for (const text of notes) await agent.send({ type: 'note', text })
  }
  const fork = await runtime.fork(order, '1', { at: 1n, as: '2' })
  await fork.send({ type: 'note', text: 'other' })
  await runtime.close()
  return new Answers({ source: memoryStore(log) })
}

const compare = async (answers: Answers, left: string, right: string): Promise<CompareView> =>
  (await answers.ask('compare', { left, right })) as CompareView

describe('two agents beside each other', () => {
  test('INS-15 stand beside each other up to where they say something else first', async () => {
    const answers = await forked()
    const { divergence, rows, patch, places, left, right } = await compare(answers, 'order-1', 'order-3')
    expect([left, right].map(({ agent, revision }) => [agent, revision])).toEqual([
      ['order-1', 3],
      ['order-3', 4],
    ])
    expect(divergence).toBe(2)
    expect(rows.map(({ same }) => same)).toEqual([true, true, false, false, false])
    expect(rows[2]?.left?.summary).toBe('{"text":"b"}')
    expect(rows[2]?.right?.summary).toBe('{"text":"B"}')
    expect(rows.at(-1)).not.toHaveProperty('left')
    const [before, after] = [
      (await answers.ask('point', { agent: 'order-1', at: '3' })) as PointView,
      (await answers.ask('point', { agent: 'order-3', at: '4' })) as PointView,
    ]
    expect(applyPatch(before.document as JsonObject, patch)).toEqual(after.document)
    expect(places).toContainEqual({ change: 'replace', path: '/root/context/note', before: 'c', after: 'd' })
  })

  test('INS-15 that say the same diverge nowhere, and at the end where one goes on', async () => {
    const answers = await forked()
    expect(await compare(answers, 'order-1', 'order-4')).not.toHaveProperty('divergence')
    const { divergence, rows } = await compare(answers, 'order-1@1', 'order-4')
    expect(rows[divergence ?? -1]).toMatchObject({ right: { revision: 2 }, same: false })
  })

  test('INS-15 a fork is compared from the records on that are its own', async () => {
    const { divergence, rows } = await compare(await forked(), 'order-1', 'order-2')
    expect(divergence).toBe(2)
    expect(rows[1]).toMatchObject({
      left: { agent: 'order-1', revision: 1 },
      right: { agent: 'order-1', revision: 1 },
      same: true,
    })
    expect(rows[2]).toMatchObject({ left: { agent: 'order-1', revision: 2 }, right: { agent: 'order-2', revision: 0 } })
  })

  test('INS-15 two points of one agent are compared by what came between', async () => {
    const { divergence, rows, places } = await compare(await forked(), 'order-1@1', 'order-1@3')
    expect(rows[divergence ?? -1]).toMatchObject({ right: { revision: 2 } })
    expect(places).toEqual([{ change: 'replace', path: '/root/context/note', before: 'a', after: 'c' }])
  })

  test('INS-15 an agent may have an @ in its name', () => {
    expect(comparedIn('mail-a@b.c@12')).toEqual({ agent: 'mail-a@b.c', at: 12 })
    expect(comparedIn('mail-a@b.c')).toEqual({ agent: 'mail-a@b.c' })
  })
})
