import { afterEach, expect, test, vi } from 'vitest'
import { printPart } from './output.js'

afterEach(() => vi.restoreAllMocks())

test('CLI-162 a part of a list that its reader has not taken is waited for', async () => {
  vi.spyOn(console, 'log').mockImplementation(() => {})
  const isFull = vi.spyOn(process.stdout, 'writableNeedDrain', 'get').mockReturnValue(true)
  let isTaken = false
  const printed = printPart('plan-1').then(() => (isTaken = true))
  await new Promise(setImmediate)
  expect(isTaken).toBe(false)
  process.stdout.emit('drain')
  await printed
  isFull.mockReturnValue(false)
  await printPart('plan-2')
})
