/** What each package exports is called with nonsense: what it throws has a code and says what to do, or it is a part that its types guard. */
import { describe, expect, test } from 'vitest'
import { ENTRIES } from './nonsense/entries.js'
import { GUARDED_BY_TYPES } from './nonsense/guarded-by-types.js'
import { callsOf, complaintAbout } from './nonsense/nonsense-calls.js'

/** What it throws or rejects with where it should have said what is wrong, by what it was called with. */
async function complaintsOf(called: Function): Promise<readonly string[]> {
  const complaints = new Map<string, string>()
  for (const { args, text } of callsOf()) {
    const complaint = await complaintAbout(called, args)
    if (complaint !== undefined) complaints.set(complaint, `(${text}) ${complaint}`)
  }
  return [...complaints.values()]
}

describe.each(Object.entries(ENTRIES))('ERR-15 %s', (entry, load) => {
  test('ERR-15 tells nonsense by a code, whatever of it is called', { timeout: 60_000 }, async () => {
    const guarded: ReadonlySet<string> = new Set(GUARDED_BY_TYPES[entry])
    const functions = Object.entries(await load()).filter(([, member]) => typeof member === 'function')
    const told: Record<string, readonly string[]> = {}
    for (const [name, called] of functions) {
      if (guarded.has(name)) continue
      const complaints = await complaintsOf(called as Function)
      if (complaints.length > 0) told[name] = complaints
    }
    expect(told).toEqual({})
    const names = new Set(functions.map(([name]) => name))
    expect([...guarded].filter((name) => !names.has(name))).toEqual([])
  })
})
