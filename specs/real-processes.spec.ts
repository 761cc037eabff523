/**
 * Guarantees that a simulated process could not prove: real processes on a real file, killed with SIGKILL, stopped with
 * SIGSTOP, on a full disk and behind another program's lock.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeProject } from '../examples/main-job/project.fixture.js'
import { startChild } from './real-processes/child.js'
import { checkRun, runExamples } from './real-processes/example-run.js'
import type { ExampleRun, KillPlan } from './real-processes/example-run.js'
import { factsOf, sharedNow } from './real-processes/fact.js'
import { checkLoad } from './real-processes/load-checks.js'
import type { LoadReport } from './real-processes/load-checks.js'
import { ALL_WITHIN_MS, LoadRun } from './real-processes/load-run.js'
import type { Worker } from './real-processes/load-run.js'
import { mountSmallDisk } from './real-processes/small-disk.js'

const LEASE_MS = 1_000
/** So long that no one can wait for it: what goes on was handed over, or taken from a process that is proven dead. */
const NEVER_MS = 600_000

/** Real time passes: what is tested is that nothing happens in it. */
function elapsed(durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, durationMs)
  })
}

describe('the agents of the examples and of the main job', () => {
  let directory: string
  let project: string
  let undisturbed: ExampleRun

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'refold-project-'))
    project = writeProject(join(directory, 'project'))
    undisturbed = await runExamples([], { project })
  })
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  /** One death between each two records of each agent; after every third another one, while the next process recovers. */
  function plansFor(moment: KillPlan['moment']): readonly (readonly KillPlan[])[] {
    const rounds = Math.max(...Object.values(undisturbed.appends))
    return Array.from({ length: rounds }, (_, index): readonly KillPlan[] => {
      const recovery: KillPlan = {
        round: 1 + (Math.floor(index / 3) % 3),
        moment: index % 2 === 0 ? 'before' : 'after',
      }
      return [{ round: index + 1, moment }, ...(index % 3 === 1 ? [recovery] : [])]
    })
  }

  test('come to their ends in one process', () => {
    expect(checkRun(undisturbed)).toEqual([])
    expect(Object.keys(undisturbed.ends)).toHaveLength(13)

    // The check sees what it is there for: the same bodies in a process that was born when all had ended.
    const settledBefore = new Set(undisturbed.stored.effects.map(({ key }) => key))
    const forged = checkRun({ ...undisturbed, lives: [{ name: 'p0', settledBefore }] })
    expect(forged).toContainEqual(expect.stringContaining('was durable before it was born'))
  })

  // In two halves, one after the other: many processes in all.
  describe.each([0, 1])('half %i of the moments', (which) => {
    test.concurrent.each(['before', 'after'] as const)(
      'RCV-1 EFF-2 EFF-5 SND-4 a SIGKILL right %s any append of any of them leads to the same end, and repeats no effect whose outcome was durable',
      async (moment) => {
        let kills = 0
        let repeated = 0
        const half = plansFor(moment).filter((_, index) => index % 2 === which)
        for (const plans of half) {
          const run = await runExamples(plans, { project })
          const story = `killed at ${JSON.stringify(plans)}`
          expect(run.ends, story).toEqual(undisturbed.ends)
          expect(checkRun(run), story).toEqual([])
          kills += run.kills
          repeated += factsOf(run.facts, 'begun').length - factsOf(undisturbed.facts, 'begun').length
        }
        expect(kills).toBeGreaterThanOrEqual(half.length)
        // Right before an append a body has ended whose outcome is lost: idempotent ones were begun again.
        if (moment === 'before') expect(repeated).toBeGreaterThan(kills)
      },
    )
  })
})

describe('two workers that share one file', () => {
  /** Stops it until the other one has taken some of its agents; `false`: it held the file's lock, and no one could. */
  async function stopUntilOvertaken(run: LoadRun, worker: Worker): Promise<boolean> {
    const since = sharedNow()
    worker.process.kill('SIGSTOP')
    const overtaken = (): true | undefined => (run.takenFrom(worker, { since }) >= 3 ? true : undefined)
    const isFree = await run.watch.isWritable()
    const found = isFree && (await run.watch.until(overtaken, { withinMs: LEASE_MS * 10 }))
    worker.process.kill('SIGCONT')
    return found === true
  }

  test('OWN-2 OWN-4 OWN-8 WRK-9 EFF-2 EFF-15 SND-9 each is stopped for longer than its lease again and again, one is killed: no outcome that was durable is worked for again, and nothing acknowledged is lost', async () => {
    await using run = new LoadRun({ leaseDurationMs: LEASE_MS, notesEveryMs: 25, rounds: 10 })
    const a = await run.worker('a')
    const b = await run.worker('b')
    let overtaken = 0
    for (let stops = 0; stops < 15 && overtaken < 4; stops++) {
      await Promise.all([run.start(a, 5), run.start(b, 5)])
      if (await stopUntilOvertaken(run, overtaken % 2 === 0 ? a : b)) overtaken++
    }
    await run.start(a, 5)
    a.process.kill('SIGKILL')
    await run.worker('a again')
    await run.allDone()
    await run.close()

    const evidence = { store: run.store, facts: run.facts, seen: run.watch.seen }
    const { broken, counts } = await checkLoad(evidence)
    expect(broken).toEqual([])
    expect(overtaken).toBe(4)
    expect(counts.agents).toBeGreaterThanOrEqual(40)
    expect(counts.claims).toBeGreaterThanOrEqual(12)
    expect(counts.accepted).toBeGreaterThan(0)

    // The checks see what they are there for: the last body once more, when everyone knew that it had ended.
    const last = factsOf(run.facts, 'begun').at(-1)!
    const forged = await checkLoad({ ...evidence, facts: [...run.facts, { ...last, at: sharedNow() }] })
    expect(forged.broken).toContainEqual(expect.stringContaining('was not pending'))
  })

  test('OWN-8 RCV-4 the other one takes over long before the lease ends when one of them has died', async () => {
    await using run = new LoadRun({ leaseDurationMs: NEVER_MS, heartbeatEveryMs: 500, rounds: 5 })
    const mortal = await run.worker('mortal', { patience: 10_000 })
    await run.start(mortal, 10)
    await run.worker('heir')
    mortal.process.kill('SIGKILL')
    await mortal.ended
    const diedAt = sharedNow()
    await run.allDone()
    expect(sharedNow() - diedAt).toBeLessThan(NEVER_MS / 2)
    expect(run.takenFrom(mortal, { since: diedAt })).toBe(10)
    await run.close()
    expect((await checkLoad({ store: run.store, facts: run.facts, seen: run.watch.seen })).broken).toEqual([])
  })
})

describe('a fleet that shares one file', () => {
  const options = { leaseDurationMs: NEVER_MS, heartbeatEveryMs: 500, notesEveryMs: 25, rounds: 10 }

  async function checked(run: LoadRun): Promise<LoadReport> {
    await run.allDone()
    await run.close()
    return checkLoad({ store: run.store, facts: run.facts, seen: run.watch.seen })
  }
  const reasons = (run: LoadRun): ReadonlySet<string> => new Set(factsOf(run.facts, 'takeover').map(({ why }) => why))

  test('WRK-6 WRK-7 WRK-8 one worker after the other is drained under load: the others go on at once, and nothing is lost or done twice', async () => {
    await using run = new LoadRun(options)
    let fleet = await Promise.all(['a', 'b', 'c'].map((name) => run.worker(name, { capacity: 8 })))
    let released = 0
    for (let turn = 0; turn < 5; turn++) {
      const [leaving, ...staying] = fleet
      if (leaving === undefined) break
      await run.start(leaving, 12)
      const bodies = turn % 2 === 0 ? 'abort' : 'finish'
      released += (await run.drain(leaving, { by: 'ana', reason: 'maintenance', bodies, deadlineMs: 60_000 })).released
      fleet = [...staying, await run.worker(`${leaving.name}+`, { capacity: 8 })]
    }
    for (const name of ['x', 'y']) await run.worker(name)
    const { broken, counts } = await checked(run)
    expect(broken).toEqual([])
    expect(released).toBeGreaterThan(5)
    expect(reasons(run)).toContain('released')
    expect(counts.agents).toBe(run.agents)
  })

  test('WRK-1 WRK-4 OWN-8 all workers are killed at once, again and again: the next ones go on, and nothing is lost or done twice', async () => {
    await using run = new LoadRun(options)
    for (let life = 0; life < 4; life++) {
      const names = ['a', 'b', 'c'].map((name) => `${name}${life}`)
      const fleet = await Promise.all(names.map((name) => run.worker(name, { capacity: 10 })))
      await Promise.all(fleet.map((worker) => run.start(worker, 5)))
      for (const worker of fleet) worker.process.kill('SIGKILL')
      await Promise.all(fleet.map((worker) => worker.ended))
    }
    await Promise.all([run.worker('x'), run.worker('y')])
    const { broken, counts } = await checked(run)
    expect(broken).toEqual([])
    expect(counts.agents).toBe(60)
    expect(reasons(run)).toContain('ended')
  })

  test('WRK-4 WRK-5 what a killed worker had in hand is taken by those that run already, and each says from whom and why', async () => {
    await using run = new LoadRun({ ...options, rounds: 5 })
    const mortal = await run.worker('mortal', { patience: 10_000 })
    await run.start(mortal, 10)
    await Promise.all([run.worker('heir'), run.worker('other heir')])
    mortal.process.kill('SIGKILL')
    const { broken } = await checked(run)
    expect(broken).toEqual([])
    const taken = factsOf(run.facts, 'takeover').filter(({ previous }) => previous === mortal.id)
    expect(new Set(taken.map(({ stream }) => stream)).size).toBe(10)
    expect(new Set(taken.map(({ why }) => why))).toEqual(new Set(['ended']))
  })
})

describe('a file that cannot be written', () => {
  /** Resolves when appends to agents are refused. */
  async function refusals(run: LoadRun, { since }: { readonly since: number }): Promise<void> {
    const refused = (): number => factsOf(run.facts, 'refused').filter(({ at }) => at > since).length
    await expect.poll(refused).toBeGreaterThan(3)
  }

  test('RCV-10 a full disk holds agents up; with room again the same process goes on, and so does another one after a SIGKILL', async (context) => {
    const mounted = mountSmallDisk({ bytes: 6 * 2 ** 20 })
    if ('refusal' in mounted) return context.skip(mounted.refusal)
    using disk = mounted
    const { directory } = disk
    await using run = new LoadRun({
      directory,
      leaseDurationMs: LEASE_MS,
      notesEveryMs: 25,
      rounds: 10,
      padding: 2_000,
    })
    const first = await run.worker('first')
    await run.start(first, 10)

    disk.fill()
    await refusals(run, { since: sharedNow() })
    const heldUp = run.watch.seen.length
    disk.makeRoom()
    const goesOn = (): true | undefined => (run.watch.seen.length > heldUp + 50 ? true : undefined)
    expect(await run.watch.until(goesOn, { withinMs: ALL_WITHIN_MS })).toBe(true)

    await run.start(first, 10)
    disk.fill()
    await refusals(run, { since: sharedNow() })
    first.process.kill('SIGKILL')
    await first.ended
    disk.makeRoom()
    await run.worker('second')
    await run.allDone()
    await run.close()
    const { broken, counts } = await checkLoad({ store: run.store, facts: run.facts, seen: run.watch.seen })
    expect(broken).toEqual([])
    expect(counts.accepted).toBeGreaterThan(0)
  })

  test('RCV-10 OWN-7 while another program holds the file locked no body begins after the lease, and afterwards everything goes on', async () => {
    await using run = new LoadRun({ leaseDurationMs: LEASE_MS, notesEveryMs: 25, rounds: 10 })
    const worker = await run.worker('worker')
    await run.start(worker, 20)
    await using locker = startChild('locker.mjs', { store: run.store })
    await locker.told((message) => message['locked'] === true)
    const lockedAt = sharedNow()
    await elapsed(LEASE_MS * 2.5)
    const freeAt = sharedNow()
    locker.process.send({ end: true })
    await locker.ended
    await run.allDone()
    await run.close()

    const { broken, counts } = await checkLoad({ store: run.store, facts: run.facts, seen: run.watch.seen })
    expect(broken).toEqual([])
    expect({ claims: counts.claims, repeated: counts.repeated }).toEqual({ claims: 0, repeated: 0 })
    const meanwhile = ({ at }: { readonly at: number }): boolean => at > lockedAt + LEASE_MS && at < freeAt
    expect(factsOf(run.facts, 'begun').filter(meanwhile)).toEqual([])
    expect(factsOf(run.facts, 'stored').filter(meanwhile)).toEqual([])
  })
})
