import { describe, expect, it } from 'vitest'
import { changed, entriesOf, entryOf, type LargeMap, type Entries, type StateMap } from './large-map.js'
import { copyOf, effectChanges, isSameMap, largeMembers, mapIn, putMap } from './large-members.js'

/** A small generator, so that a failure names its seed. */
function below(seed: number): (limit: number) => number {
  let state = seed * 2_654_435_761 + 1
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state % limit
  }
}

const text = (map: Entries<number>): string => JSON.stringify(map)
const many = (count: number): Entries<number> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, at]))

function applied(map: Entries<number>, values: ReadonlyMap<string, number | undefined>): Entries<number> {
  const next: Record<string, number> = { ...map }
  for (const [key, value] of values) {
    if (value === undefined) delete next[key]
    else next[key] = value
  }
  return next
}

describe('a large map', () => {
  it('gives in each version what copies would have given, the order of keys included, whichever was looked at before', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = below(seed)
      const versions: { map: StateMap<number>; plain: Entries<number> }[] = []
      const first = many(50 + random(40))
      versions.push({ map: first, plain: first })
      for (let step = 0; step < 250; step++) {
        // Mostly the newest goes on; a conflict goes on from an older one.
        const at = random(10) === 0 ? random(versions.length) : versions.length - 1
        const { map, plain } = versions[at] as (typeof versions)[number]
        const values = new Map<string, number | undefined>()
        for (let change = random(3); change >= 0; change--)
          values.set(`k${random(120)}`, random(3) === 0 ? undefined : random(5))
        versions.push({ map: changed(map, values), plain: applied(plain, values) })
        const looked = versions[random(versions.length)] as (typeof versions)[number]
        if (random(8) === 0) expect(text(entriesOf(looked.map)), `seed ${seed}`).toBe(text(looked.plain))
        const key = `k${random(120)}`
        expect(entryOf(looked.map, key), `seed ${seed}`).toBe(looked.plain[key])
      }
      for (const { map, plain } of versions) expect(text(entriesOf(map)), `seed ${seed}`).toBe(text(plain))
    }
  })

  it('tells what changed between two versions, an entry once', () => {
    const one = changed(many(100), new Map([['k1', 7]])) as LargeMap<number>
    const two = one.with(new Map<string, number | undefined>([['k2', undefined], ['new', 1]])).with(new Map([['new', 2]])) // prettier-ignore
    expect(two.changesSince(one)).toEqual([
      { key: 'k2', before: 2, after: undefined },
      { key: 'new', before: undefined, after: 2 },
    ])
    expect(two.changesSince(two.entries())).toEqual([])
    expect(one.changesSince(two)).toBeUndefined()
  })

  it('does not tell of one that was removed and came again: it has another place by then', () => {
    const one = changed(many(100), new Map([['k1', 7]])) as LargeMap<number>
    const two = one.with(new Map([['k2', undefined]])).with(new Map([['k2', 3]]))
    expect(two.changesSince(one)).toBeUndefined()
    expect(Object.keys(two.entries()).at(-1)).toBe('k2')
  })

  it('gives its entries away once, and the next version writes to others', () => {
    const one = changed(many(100), new Map([['k1', 7]])) as LargeMap<number>
    const given = one.entries()
    const two = one.with(new Map([['k1', 8]]))
    expect([given['k1'], one.get('k1'), two.get('k1')]).toEqual([7, 7, 8])
    expect(two.changesSince(given)).toEqual([{ key: 'k1', before: 7, after: 8 }])
  })
})

describe('a large map as a member of a part', () => {
  const effect = (at: number): never => ({ kind: 'promise', src: 'a', scheduledBy: `${at}` }) as never
  const before = (): { effects: Entries<never> } => {
    const part = { effects: {} }
    putMap(part, 'effects', changed(many(100) as never, new Map([['k1', effect(1)]])))
    return part
  }

  it('reads as any other member, and is copied and spread as one', () => {
    const part = before()
    expect(Object.keys(part)).toEqual(['effects'])
    expect(JSON.parse(JSON.stringify(part))).toEqual({ ...part })
    const copy = copyOf(part)
    expect(largeMembers(copy)).toEqual(largeMembers(part))
    expect(isSameMap(copy, part, 'effects')).toBe(true)
    expect(structuredClone(part)).toEqual(copy)
  })

  it('makes room for a small one', () => {
    const part = before()
    putMap(part, 'effects', { a: effect(2) })
    expect(part.effects).toEqual({ a: effect(2) })
    expect(mapIn(part, 'effects')).toBe(part.effects)
  })

  it('tells which effects changed, also where one of both is no large map', () => {
    const one = before()
    const two = copyOf(one)
    putMap(two, 'effects', changed(mapIn(one, 'effects'), new Map([['k3', effect(3)]])))
    expect(effectChanges(one, two).map(({ key }) => key)).toEqual(['k3'])
    expect(effectChanges({ ...one }, { ...two }).map(({ key }) => key)).toEqual(['k3'])
    expect(effectChanges(undefined, two)).toHaveLength(100)
  })
})
