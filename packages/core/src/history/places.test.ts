import { expect, test } from 'vitest'
import { openHistory } from './open-history.js'
import { fieldAt, touches } from './places.js'
import { researched } from './research.fixture.js'

test('a record touches a place that it wrote to, within or around', async () => {
  const history = await openHistory(await researched(), 'research-42')
  const touching = async (path: string): Promise<readonly number[]> => {
    const test = touches(path)
    const found: number[] = []
    for await (const record of history.records()) if (test(record)) found.push(record.revision)
    return found
  }
  const cents = await touching('/context/cents')
  expect(cents).toEqual(await touching('/root/context/cents'))
  expect(cents[0]).toBe(0) // the start makes the whole state
  expect(cents.length).toBeLessThan(history.last + 1)
  expect(await touching('/context')).toEqual(expect.arrayContaining([...cents]))
  expect((await touching('')).length).toBeGreaterThan(cents.length)
  expect(() => touches('context')).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }) as Error)
})

test('HIS-414 a record that appends to an array touches each of its items, as it does not say at which index', () => {
  const appends = { patch: [{ op: 'add' as const, path: '/state/root/context/items/-', value: 1 }] }
  for (const path of ['/context/items/0', '/context/items/7/name', '/context/items', '/context/items/-'])
    expect([path, touches(path)(appends)]).toEqual([path, true])
  for (const path of ['/context/items/name', '/context/others/0', '/context/items/01'])
    expect([path, touches(path)(appends)]).toEqual([path, false])
})

test('a place of a state is read by its pointer, and may not be there', async () => {
  const { document, context } = await (await openHistory(await researched(), 'research-42')).at(3)
  expect(fieldAt('/context')(document)).toEqual(context)
  expect(fieldAt('/root/context/question')(document)).toBe((context as { question: string }).question)
  expect(fieldAt('')(document)).toEqual(document)
  for (const path of ['/context/none', '/context/question/length', '/toString'])
    expect(fieldAt(path)(document)).toBeUndefined()
})
