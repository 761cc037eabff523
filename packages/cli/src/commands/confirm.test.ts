import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { saysYes } from './confirm.js'

test('CLI-663 who leaves a question by Ctrl+C or Ctrl+D, or whose terminal goes, has not said yes', async () => {
  const answers = {
    'y\r': true,
    'Yes\r': true,
    '\r': false,
    'no\r': false,
    '\u0003': false,
    'y\u0003': false,
    '\u0004': false,
  }
  for (const [typed, isYes] of Object.entries(answers)) {
    const input = new PassThrough()
    const asked = saysYes('cancel all? ', { input, output: new PassThrough() })
    input.write(typed)
    expect(await asked).toBe(isYes)
  }
  const gone = new PassThrough()
  const asked = saysYes('cancel all? ', { input: gone, output: new PassThrough() })
  gone.end()
  expect(await asked).toBe(false)
})
