import { expect, it } from 'vitest'
import { runExample } from '../process.fixture.js'
import { tempFile } from '../temp-file.fixture.js'

it('finishes every errand although a worker is killed, and says who took over what', async () => {
  const { code, stdout, stderr } = await runExample('12-three-workers/main', [tempFile()])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const killed = /^(\w+) is killed$/m.exec(stdout)?.[1]
  expect(stdout).toMatch(new RegExp(`^(?!${killed})\\w+ took over errand-\\S+ from ${killed}\\.\\S+: ended$`, 'm'))
  expect(stdout).toMatch(/^30 errands of 5 steps: 150 steps ended, \d+ of them twice$/m)
})
