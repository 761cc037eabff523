/** Commands to paste, as a real shell takes them. */
import { execFileSync } from 'node:child_process'
import { printable } from '@refold/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HOSTILE } from '../lives.fixture.js'
import { jsonWord, refoldCommand, shellWord } from './shell-words.js'

/** The arguments that bash gives to `refold`. */
function taken(command: string): readonly string[] {
  const shell = `refold() { printf '%s\\0' "$@"; }\n${command}`
  const output = execFileSync('bash', ['--norc', '-c', shell], { encoding: 'utf8', env: { LANG: 'C.UTF-8' } })
  return output.split('\0').slice(0, -1)
}

describe('INS-37 a command to paste', () => {
  test('gives a shell the words that were meant, whatever they hold', () => {
    const words = [
      HOSTILE,
      "it's",
      '$(touch /tmp/x)',
      '`id`',
      'a b',
      '',
      '\\',
      '!!',
      '*',
      '~',
      '#',
      'é…',
      "\\'\u001b",
      '-',
    ]
    for (const word of words) expect(taken(refoldCommand(['send', 'a-1', word]))).toContain(word)
    const line = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\0'))
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 8 }), (texts) => {
        expect(taken(`refold ${texts.map(shellWord).join(' ')}`)).toEqual(texts)
      }),
      { numRuns: 40 },
    )
  })

  test('does nothing to a terminal', () => {
    const command = refoldCommand(['send', 'a-1', HOSTILE, jsonWord({ note: HOSTILE })])
    expect(printable(command)).toBe(command)
    expect(JSON.parse(jsonWord({ note: HOSTILE }))).toEqual({ note: HOSTILE })
  })

  test('keeps a word that looks like an option a word', () => {
    expect(refoldCommand(['send', 'a-1', '--yes'], { store: 'x.db', options: ['--by', 'ana'] })).toBe(
      'refold send --by ana --store x.db -- a-1 --yes',
    )
    expect(refoldCommand(['retry', 'a-1'], { config: 'c.mjs' })).toBe('refold retry a-1 --config c.mjs')
  })
})
