import { createRuntime, memoryLog, memoryStore } from '@refold/core'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readLines } from './body-log.js'
import type { BodyLine } from './body-log.js'
import { violations } from './check.js'
import type { Evidence } from './check.js'
import { jobAgent, ROUNDS } from './job-agent.js'

/** The check must be able to fail: an honest run passes, and each broken promise in its evidence is found. */
describe('the check of the soak', () => {
  const directory = mkdtempSync(join(tmpdir(), 'refold-check-'))
  const log = memoryLog()
  let evidence: Evidence
  let pay: BodyLine

  beforeAll(async () => {
    const file = join(directory, 'bodies.jsonl')
    const job = jobAgent(file)
    await using runtime = await createRuntime({ store: memoryStore(log), agents: [job] })
    const agent = await runtime.start(job, { id: 'a1', input: { agent: 'a1' } })
    const approved = new Set<string>()
    for (let round = 1; round <= ROUNDS; round++) {
      await agent.waitFor((state) => state.matches('asking') && state.context.round === round)
      await agent.send({ type: 'approve', by: 'ana' }, { id: `approve-${round}` })
      approved.add(`a1/approve-${round}`)
    }
    await agent.done()
    const lines = readLines(file)
    pay = lines.find(({ src }) => src === 'pay') as BodyLine
    evidence = { store: memoryStore(log), lines, standstills: [], started: new Set(['a1']), approved }
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  const found = (changed: Partial<Evidence>): Promise<readonly string[]> => violations({ ...evidence, ...changed })

  test('finds nothing in an honest run', async () => {
    expect(await found({})).toEqual([])
  })

  test('finds a payment that was begun twice', async () => {
    const lines = [...evidence.lines, { ...pay, pid: 1 }]
    expect(await found({ lines })).toEqual(['a1: pay 1 was begun 2 times'])
  })

  test('finds a repeat under another key', async () => {
    const think = evidence.lines.find(({ src }) => src === 'think') as BodyLine
    expect(await found({ lines: [...evidence.lines, { ...think, key: 'other' }] })).toEqual([
      'a1: think 1 has a key that no record gives',
      'a1: think 1 was begun with 2 keys',
    ])
  })

  test('takes the outcome of a payment that never began for no other one', async () => {
    const late = evidence.lines.find(({ src, round }) => src === 'pay' && round === 2) as BodyLine
    const lines = evidence.lines.filter(({ src, round }) => src !== 'pay' || round > 2)
    expect(await found({ lines: [...lines, late] })).toEqual([])
    const at = Date.now() + 60_000
    expect(await found({ lines: [...lines, { ...late, at }] })).toEqual([expect.stringMatching(/^a1: pay 2 was begun/)])
  })

  test('finds a body that began after its outcome, unless its process stood still right before', async () => {
    const late = { ...(evidence.lines.find(({ src }) => src === 'look') as BodyLine), pid: 1, at: Date.now() + 60_000 }
    const lines = [...evidence.lines, late]
    expect(await found({ lines })).toEqual([expect.stringMatching(/^a1: look 1 was begun \d+ ms after its outcome$/)])
    expect(await found({ lines, standstills: [{ pid: 1, from: 0, to: late.at - 10 }] })).toEqual([])
  })

  test('finds acknowledged starts and approvals that are lost, and agents without an end', async () => {
    expect(await found({ started: new Set(['a1', 'a2']) })).toEqual([
      'a2 was acknowledged and is not stored',
      'a2 did not finish',
    ])
    const shorter = memoryLog()
    const store = memoryStore(shorter)
    const events = []
    for await (const page of evidence.store.read('job-a1')) events.push(...page)
    await store.append('job-a1', events.slice(0, -3), { expected: 'no_stream' })
    expect(await found({ store })).toEqual(
      expect.arrayContaining(['a1 did not finish', 'a1 lost the acknowledged approval 3']),
    )
  })

  test('finds bodies of an agent that is not stored', async () => {
    expect(await found({ lines: [...evidence.lines, { ...pay, agent: 'ghost' }] })).toEqual([
      'bodies of ghost ran and it is not stored',
    ])
  })
})
