import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { isRunning, thisProcess } from './process-life.js'

describe('whether a process runs', () => {
  test('this one does', () => {
    expect(isRunning(thisProcess())).toBe(true)
  })

  test('one that has ended does not', async () => {
    const child = spawn(process.execPath, ['-e', ''])
    const pid = child.pid ?? 0
    await once(child, 'exit')
    expect(isRunning({ ...thisProcess(), pid, started: '' })).toBe(false)
  })

  test('another one under the same pid is not it', () => {
    expect(isRunning({ ...thisProcess(), started: '1' })).toBe(thisProcess().started === '')
  })

  test('a pid of another numbering tells nothing', () => {
    expect(isRunning({ ...thisProcess(), namespace: 'pid:[1]' })).toBe(false)
    expect(isRunning({ ...thisProcess(), pid: 0 })).toBe(false)
  })
})
