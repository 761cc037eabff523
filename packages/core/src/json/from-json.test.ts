import { describe, expect, it } from 'vitest'
import { copyJson } from './copy-json.js'
import { fromJson } from './from-json.js'
import { toJson, type RefOf } from './to-json.js'

class Ref {
  readonly id: string
  constructor(id: string) {
    this.id = id
  }
}
const refOf: RefOf = (value) => (value instanceof Ref ? value.id : undefined)
const parsed = (text: string): never => JSON.parse(text) as never

describe('actor references', () => {
  it('STEP-11 stand beside the data, by pointer, and as null in it', () => {
    const live = { worker: new Ref('0.1'), list: [1, { 'a/b': new Ref('0.2') }] }
    expect(toJson(live, { refOf, path: '/context' })).toEqual({
      json: { worker: null, list: [1, { 'a/b': null }] },
      refs: { '/context/worker': '0.1', '/context/list/1/a~1b': '0.2' },
      same: false,
    })
  })

  it('can be the whole value', () => {
    expect(toJson(new Ref('7'), { refOf, path: '/input' })).toEqual({ json: null, refs: { '/input': '7' }, same: true })
  })

  it('are never frozen, unlike what is around them', () => {
    const worker = new Ref('0.1')
    const live = fromJson({ worker: null }, { '/worker': '0.1' }, { resolve: () => worker }) as { worker: Ref }
    expect([Object.isFrozen(live), live.worker === worker, Object.isFrozen(worker)]).toEqual([true, true, false])
  })

  it('keep the JSON reference of every part that stays, with and without references in it', () => {
    const resolve = (id: string): Ref => new Ref(id)
    const json = { withRef: { worker: null }, plain: { a: 1 } }
    const live = fromJson(json, { '/withRef/worker': '0.1' }, { resolve }) as { withRef: object; plain: object }
    const next = toJson({ ...live, n: 2 }, { refOf }).json as { [key: string]: unknown }
    expect(next['withRef']).toBe(json.withRef)
    expect(next['plain']).toBe(json.plain)
  })

  it('are refused where no one knows them, also in parts that were accepted before', () => {
    const live = { worker: new Ref('0.1') }
    toJson(live, { refOf })
    expect(() => toJson({ event: live })).toThrow(
      expect.objectContaining({ code: 'NOT_SERIALIZABLE', facts: { path: '/event/worker', found: 'a Ref' } }),
    )
  })
})

describe('fromJson', () => {
  const resolve = (id: string): Ref => actors.get(id) as Ref
  const actors = new Map(['0.1', '0.2'].map((id) => [id, new Ref(id)]))

  it('puts references back and shares what has none', () => {
    const json = parsed('{"worker":null,"plain":{"a":[1]},"list":[0,null]}') as { plain: object }
    const live = fromJson(json as never, { '/worker': '0.1', '/list/1': '0.2' }, { resolve }) as {
      [key: string]: unknown
    }
    expect(live).toEqual({ worker: actors.get('0.1'), plain: { a: [1] }, list: [0, actors.get('0.2')] })
    expect(Object.keys(live)).toEqual(['worker', 'plain', 'list'])
    expect(live['plain']).toBe(json.plain)
  })

  it('gives what toJson turns into the same reference again', () => {
    const json = parsed('{"worker":null,"plain":{"a":[1]}}')
    const refs = { '/context/worker': '0.1', '/input': '0.2' }
    const live = fromJson(json, refs, { resolve, path: '/context' })
    const outcome = toJson(live, { refOf, path: '/context' })
    expect(outcome.json).toBe(json)
    expect(outcome.refs).toEqual({ '/context/worker': '0.1' })
    expect(outcome.same).toBe(true)
  })

  it('gives frozen values, with and without references', () => {
    expect(Object.isFrozen(fromJson(parsed('{"a":{}}'), undefined, { resolve }))).toBe(true)
    expect(Object.isFrozen(fromJson(parsed('{"a":null}'), { '/a': '0.1' }, { resolve }))).toBe(true)
  })

  it('gives the reference itself where the whole value is one', () => {
    expect(fromJson(null, { '/output': '0.1' }, { resolve, path: '/output' })).toBe(actors.get('0.1'))
  })

  it.each(['/nothing', '/a/b', '/list/7'])('refuses a reference to %s, where nothing stands', (pointer) => {
    expect(() => fromJson(parsed('{"a":1,"list":[]}'), { [pointer]: '0.1' }, { resolve })).toThrow(
      expect.objectContaining({ code: 'UNREADABLE' }),
    )
  })

  it('REC-6 refuses stored data with a key that reaches for a prototype', () => {
    expect(() => fromJson(parsed('{"a":{"__proto__":{}}}'), undefined, { resolve })).toThrow(
      expect.objectContaining({ code: 'NOT_SERIALIZABLE' }),
    )
  })
})

describe('copyJson', () => {
  it('gives a copy that can be written without the original noticing', () => {
    const original = toJson({ list: [{ n: 1 }] }).json as { list: { n: number }[] }
    const copy = copyJson(original as never) as { list: { n: number }[] }
    ;(copy.list[0] as { n: number }).n = 2
    copy.list.push({ n: 3 })
    expect(original).toEqual({ list: [{ n: 1 }] })
    expect(copy).toEqual({ list: [{ n: 2 }, { n: 3 }] })
  })

  it('REC-6 refuses stored data with a key that reaches for a prototype', () => {
    expect(() => copyJson(parsed('{"a":{"__proto__":{}}}'))).toThrow(expect.objectContaining({ code: 'UNREADABLE' }))
  })
})
