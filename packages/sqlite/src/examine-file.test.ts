/** A file, and what stands beside it, that are not there as they were. */
import { randomUUID } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { scratchDirectory, type ScratchDirectory } from './scratch-directory.fixture.js'
import { loadDriver } from './driver/load-driver.js'
import { sqliteStore } from './sqlite-store.js'

let scratch: ScratchDirectory
beforeEach(() => {
  scratch = scratchDirectory()
})
afterEach(() => scratch.remove())

test('SQL-271 an examination says that a file was deleted, and that its locks cannot be looked at', async () => {
  const store = sqliteStore(scratch.file)
  const event = { id: randomUUID(), type: 'noted', data: null, metadata: {} }
  await store.append('s-1', [event], { expected: 'no_stream' })
  writeFileSync(`${scratch.file}-workers`, 'no directory')
  expect(await store.examine?.()).toMatchObject({
    facts: { workers: 0, check: 'integrity_check' },
    findings: [{ kind: 'wrong', message: expect.stringContaining('the locks of workers: ENOTDIR') }],
  })
  rmSync(scratch.file)
  expect((await store.examine?.())?.findings).toEqual([
    { kind: 'wrong', message: `${scratch.file} is not there any more`, remedy: expect.stringContaining('put it back') },
  ])
  await store.close()
})

test('SQL-377 an empty file and a database of another program are told as that, and not as old or damaged', async () => {
  const foundIn = async (): Promise<readonly unknown[] | undefined> => {
    const store = sqliteStore(scratch.file, { readOnly: true })
    const examined = await store.examine?.()
    await store.close()
    return examined?.findings
  }
  writeFileSync(scratch.file, '')
  expect(await foundIn()).toMatchObject([{ message: 'the file is empty: there is no store in it' }])
  const other = loadDriver().open(scratch.file)
  other.exec('CREATE TABLE whale (name)')
  other.close()
  expect(await foundIn()).toMatchObject([{ message: 'the file is a database of another program' }])
})
