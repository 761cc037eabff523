/** Every example, the main job and a fleet on EventStoreDB by setting one variable. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createClient } from '@refold/core'
import { eventStoreDBStore } from '@refold/eventstoredb'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { noWitness } from './main-job/actors.js'
import { reviewAgent } from './main-job/agent.js'
import { writeProject } from './main-job/project.fixture.js'
import { runExample, startExample } from './process.fixture.js'
import { startServer, type Server } from './server.fixture.js'
import { tempFile } from './temp-file.fixture.js'

const REFOLD = fileURLToPath(new URL('../packages/cli/bin/refold.js', import.meta.url))
const CONFIG = fileURLToPath(new URL('dist/main-job/refold.config.js', import.meta.url))
const REVIEWS = 6

const scratch = mkdtempSync(join(tmpdir(), 'refold-examples-'))
let server: Server

beforeAll(async () => {
  server = await startServer({ file: join(scratch, 'server.db') })
})

afterAll(() => {
  server.stop()
  rmSync(scratch, { recursive: true, force: true })
})

const onServer = () => ({ env: { REFOLD_ESDB_URL: server.connectionString }, cwd: scratch })

describe('on a server that one variable names', { concurrent: true }, () => {
  it.each([
    ['01-first-agent', 'whales'],
    ['02-effects-and-retries', 'the sky is clear'],
    ['03-timers', 'is set for tomorrow'],
    ['04-approval-by-a-person', 'you may: approve'],
    ['06-child-machines', 'lucky: booked'],
    ['07-never-twice', 'two payments, 2 charges'],
    ['08-subscribing', 'state: 500 rows'],
    ['09-time-travel', 'it went negative'],
    ['11-a-ten-step-plan', 'step 10'],
    ['12-three-workers', '150 steps ended'],
    ['13-waiting-days-for-a-person', '1000 cents for Ana?'],
    ['14-parent-and-detached-children', 'writer whales is done'],
    ['15-a-saga', 'undone: the card was declined'],
    ['16-a-consumer-beside', 'delivered (someone)'],
    ['17-moved-to-a-server', 'chapitre 4'],
    ['18-a-fork', 'the other answer: A leaflet about whales, for children.'],
    ['19-a-read-model', 'accepted: 1 times'],
    ['20-a-mailer', '700 cents'],
  ])('CLI-15 example %s does what it does on a file', async (name, text) => {
    const { code, stdout, stderr } = await runExample(`${name}/main`, [], onServer())
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(text)
  })

  it('CLI-15 the main job is killed in the middle, and goes on where it was', async () => {
    const [project, store] = [writeProject(tempFile('small')), tempFile('review.db')]
    const common = ['--policy', '--store', store]
    const report = ['--report', join(dirname(store), 'review.md')]
    const first = startExample('main-job/main', [project, ...common, ...report, '--kill-at', '3'], onServer())
    await first.printed('1 inventory  done') // the third step is never done: its worker waits in it, or was killed
    first.child.kill('SIGKILL')
    expect((await first.ended).signal).toBe('SIGKILL')
    const { stdout, stderr } = await runExample('main-job/main', ['--resume', ...common], onServer())
    expect(stderr).toBe('')
    expect(stdout).toContain('verdict: ')
    expect(stdout).toMatch(/1 inventory +1 +1\n/)
  })
})

it('CLI-15 a fleet on a server finishes what its killed workers had', async () => {
  const review = reviewAgent(noWitness)
  await using refold = await createClient({
    store: eventStoreDBStore(server.connectionString),
    agents: [review],
  })
  const input = { directory: writeProject(tempFile('fleet')), report: join(scratch, 'fleet.md') }
  const reviews = await Promise.all(
    Array.from({ length: REVIEWS }, (_, index) =>
      refold.start(review, { id: `${Date.now()}-${index}`, input: { ...input, day: '2030-01-01', llm: null } }),
    ),
  )
  const env = { ...process.env, REFOLD_ESDB_URL: server.connectionString, REVIEW_PACE_MS: '300' }
  const args = [REFOLD, 'up', '--json', '--workers', '3', '-c', CONFIG]
  const fleet = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void fleet.kill('SIGKILL'))
  const [workers, killed] = [new Map<string, number>(), new Set<number>()]
  createInterface({ input: fleet.stdout }).on('line', (line) => {
    const { type, pid, worker } = JSON.parse(line) as { type: string; pid?: number; worker?: string }
    if (type === 'worker.started' && pid !== undefined) workers.set(worker ?? '', pid)
    // The first two that take something are killed while they work on it.
    if (type !== 'agent.takenOver' || killed.size === 2) return
    const victim = workers.get(worker ?? '')
    if (victim === undefined || killed.has(victim)) return
    killed.add(victim)
    process.kill(victim, 'SIGKILL')
  })
  for (const one of reviews) {
    await one.waitFor((state) => state.matches('deciding'))
    await one.send({ type: 'decide', verdict: 'accept', by: 'ana' })
    expect((await one.done()).output).toMatchObject({ decision: { verdict: 'accept' } })
  }
  expect(killed.size).toBe(2)
  const exit = once(fleet, 'exit')
  fleet.kill('SIGTERM')
  expect(await exit).toEqual([0, null])
})
