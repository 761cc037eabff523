import { mkdirSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { loadDriver } from './driver/load-driver.js'
import { isBusy, sqliteCode, toRefoldError } from './failure.js'
import { scratchDirectory } from './scratch-directory.fixture.js'

/** As Deno's `exec` throws it: without SQLite's number. */
const told = (message: string): Error => Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR' })

describe('SQL-124 an error of SQLite that has only its text', () => {
  test.each([
    ['database is locked', 'BUSY', 'STORE_REJECTED'],
    ['database or disk is full', 'FULL', 'STORE_REJECTED'],
    ['disk I/O error', 'IOERR', 'STORE_REJECTED'],
    ['file is not a database', 'NOTADB', 'STORE_FATAL'],
    ['database disk image is malformed', 'CORRUPT', 'STORE_FATAL'],
    ['attempt to write a readonly database', 'READONLY', 'STORE_FATAL'],
    ['unable to open database file: /srv/agents', 'CANTOPEN', 'STORE_FATAL'],
  ])('%s', (message, sqlite, code) => {
    expect(sqliteCode(told(message))).toBe(sqlite)
    expect(toRefoldError(told(message), { doing: 'appending' })).toMatchObject({ code, facts: { sqlite } })
    expect(isBusy(told(message))).toBe(sqlite === 'BUSY')
  })

  test('is none of SQLite’s where no driver threw it', () => {
    expect(sqliteCode(new Error('database is locked'))).toBeUndefined()
    expect(sqliteCode(told('the statement was finalized'))).toBeUndefined()
  })

  test('has the text that SQLite itself gives', () => {
    const scratch = scratchDirectory()
    try {
      writeFileSync(scratch.file, 'x'.repeat(5_000))
      mkdirSync(`${scratch.file}-directory`)
      const messageOf = (file: string): string => {
        try {
          loadDriver().open(file).exec('SELECT 1 FROM sqlite_schema')
        } catch (error) {
          return (error as Error).message
        }
        return ''
      }
      expect(sqliteCode(told(messageOf(scratch.file)))).toBe('NOTADB')
      expect(sqliteCode(told(messageOf(`${scratch.file}-directory`)))).toBe('CANTOPEN')
    } finally {
      scratch.remove()
    }
  })
})
