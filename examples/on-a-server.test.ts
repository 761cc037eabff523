/** Every example, and the main job, on EventStoreDB by setting one variable. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeProject } from './main-job/project.fixture.js'
import { runExample, startExample } from './process.fixture.js'
import { startServer, type Server } from './server.fixture.js'
import { tempFile } from './temp-file.fixture.js'

const scratch = mkdtempSync(join(tmpdir(), 'refold-examples-'))
let server: Server

beforeAll(async () => {
  server = await startServer({ file: join(scratch, 'server.db') })
}, 60_000)

afterAll(() => {
  server.stop()
  rmSync(scratch, { recursive: true, force: true })
})

const onServer = () => ({ env: { REFOLD_ESDB_URL: server.connectionString }, cwd: scratch })

describe('on a server that one variable names', { timeout: 90_000, concurrent: true }, () => {
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
    ['16-a-consumer-beside', 'delivered (somebody)'],
    ['17-moved-to-a-server', 'chapitre 4'],
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
