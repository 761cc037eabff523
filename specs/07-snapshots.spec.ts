/** A snapshot is only a cache of the fold. */
import type { JsonValue } from '@refold/core'
import type { Simulation } from '@refold/testing'
import { describe, expect, test } from 'vitest'
import { play } from './scenes/play.js'
import { task } from './scenes/task.js'

const REGISTER = 'snapshot-task-1'

type Snapshot = { readonly [field: string]: JsonValue }

/** Runs an agent until it has a snapshot, lets it be changed, and gives the context that the next life of the process finds. */
async function foundAfter(simulation: Simulation, change: (snapshot: Snapshot) => Snapshot): Promise<unknown> {
  const a = simulation.process('a', { agents: (effects) => [task(effects)], snapshotEveryEvents: 4 })
  await simulation.until(a.start())
  const agent = await simulation.until(a.startAgent('task', { id: '1' }))
  for (const text of ['1', '2', '3', '4', '5']) await simulation.until(agent.send({ type: 'note', text }))
  await simulation.advance(1_000)
  a.kill()
  const { registers } = await simulation.disk.admin()
  const snapshot = (await registers.get(REGISTER)) as Snapshot | undefined
  expect(snapshot).toMatchObject({ v: 0 })
  await registers.put(REGISTER, change(snapshot ?? {}))
  await simulation.until(a.start())
  return (await simulation.until(a.attach('task', '1'))).getSnapshot().context.list
}

/** The snapshot with a context that no record gave. */
function forged(snapshot: Snapshot): Snapshot {
  return JSON.parse(JSON.stringify(snapshot).replace('"list":["a",', '"list":["forged",')) as Snapshot
}

const TRUE_LIST = ['a', '1', '2', '3', '4', '5']

describe('snapshots', () => {
  test('RCV-2 folding from a snapshot gives what folding from the first record gives', () =>
    play('RCV-2', async (simulation) => {
      expect(await foundAfter(simulation, (snapshot) => snapshot)).toEqual(TRUE_LIST)
    }))

  test('RCV-2 a snapshot that fits its stream is used', () =>
    play('RCV-2 used', async (simulation) => {
      expect(await foundAfter(simulation, forged)).toEqual(['forged', ...TRUE_LIST.slice(1)])
    }))

  test.each([
    ['of another format', (snapshot: Snapshot) => ({ ...snapshot, v: 99 })],
    [
      'of another incarnation',
      (snapshot: Snapshot) => ({ ...snapshot, incarnation: '00000000-0000-4000-8000-000000000000' }),
    ],
    ['beyond the head', (snapshot: Snapshot) => ({ ...snapshot, revision: 1_000 })],
    [
      'whose record is not in the stream',
      (snapshot: Snapshot) => ({ ...snapshot, eventId: '00000000-0000-4000-8000-000000000000' }),
    ],
    ['that is something else', () => ({ hello: 'world' })],
  ])('RCV-3 a snapshot %s is ignored', (_what, change) =>
    play('RCV-3', async (simulation) => {
      expect(await foundAfter(simulation, (snapshot) => change(forged(snapshot)))).toEqual(TRUE_LIST)
    }),
  )
})
