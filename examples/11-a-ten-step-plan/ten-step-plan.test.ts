import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { runExample } from '../process.fixture.js'
import { tempFile } from '../temp-file.fixture.js'
import { linesOf } from './agent.js'

it('goes on at step five in another process, and repeats no step that had ended', async () => {
  const file = tempFile()
  const log = join(dirname(file), 'steps.log')
  const first = await runExample('11-a-ten-step-plan/worker', [file, 'ten', log])
  expect(first).toMatchObject({ code: null, signal: 'SIGKILL' })
  const second = await runExample('11-a-ten-step-plan/worker', [file, 'ten', log])
  expect(second).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('10 results') })
  const steps = linesOf(log).map((line) => Number(line.split(' ')[1]))
  expect(steps).toEqual([1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 10])
})

it('ends well as a program', async () => {
  const { code, stdout, stderr } = await runExample('11-a-ten-step-plan/main', [tempFile()])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('ended with SIGKILL')
  expect(stdout.match(/^step \d+ in process/gm)).toHaveLength(11)
})
