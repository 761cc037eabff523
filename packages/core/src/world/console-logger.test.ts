import { afterEach, expect, test, vi } from 'vitest'
import { consoleLogger } from './console-logger.js'

afterEach(() => void vi.restoreAllMocks())

test('OBS-60 of an error its name and message are written, whatever its toJSON tells', () => {
  const lines: unknown[] = []
  vi.spyOn(console, 'warn').mockImplementation((line) => void lines.push(line))
  const config = { headers: { Authorization: 'Bearer sk-1' } }
  const error = Object.assign(new TypeError('no answer'), { config, toJSON: () => ({ config }) })
  consoleLogger.log('warn', 'it failed', { error, errors: [error], at: 1n })
  expect(lines).toEqual([
    'refold: warn: it failed {"error":"TypeError: no answer","errors":["TypeError: no answer"],"at":"1"}',
  ])
})
