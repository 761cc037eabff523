import { appendFileSync } from 'node:fs'
import { test } from 'vitest'
import { BACKINGS } from '../interleavings/backings.fixture.js'
import { randomRun } from './random-run.fixture.js'
test('many', { timeout: 10_000_000 }, async () => {
  const [memory] = BACKINGS
  const until = Date.now() + 500_000
  let n = 0
  for (; Date.now() < until; n++) {
    try {
      await randomRun(`w-${process.env['FROM']}-${n}`, memory!.backing)
    } catch (error) {
      appendFileSync('/tmp/w-many.txt', `FAILED w-${process.env['FROM']}-${n}: ${(error as Error).message}\n`)
    }
    if (n % 50 === 0) appendFileSync('/tmp/w-many.txt', `${n}\n`)
  }
  appendFileSync('/tmp/w-many.txt', `ran ${n}\n`)
})
