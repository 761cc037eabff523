/** What a history may meet that no one wishes for: much state, text that would harm a terminal, keys that reach prototypes. */
import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../json/json-value.js'
import { openExport } from './open-export.js'
import type { ExportedStreams } from './open-export.js'
import { openHistory } from './open-history.js'

const START = {
  agent: { definition: 'a', version: 1, fingerprint: 'f', id: '1', incarnation: 'i', epoch: 1 },
  root: { sid: '0', kind: 'machine', lib: { name: 'xstate', major: 5 }, value: 'on', context: {} },
  effects: {},
  timers: {},
  unlisted: {},
  dedup: {},
}

interface Step {
  readonly type: string
  readonly data: string
  readonly patch: readonly unknown[]
}

/** A file of one agent: the data of its steps is text, so that it can hold what no program writes. */
function fileOf(steps: readonly Step[]): Promise<ExportedStreams> {
  const all = [{ type: 'refold.started', data: '{}', patch: [{ op: 'add', path: '/state', value: START }] }, ...steps]
  const lines = all.map(({ type, data, patch }, revision) => {
    const input = { kind: revision === 0 ? 'started' : 'event' }
    const refold = { v: 0, agent: 'a@1', at: revision, input, body: { patch } }
    const place = `{"stream":"a-1","revision":${revision},"id":"id-${revision}","type":${JSON.stringify(type)}`
    return `${place},"data":${data},"metadata":${JSON.stringify({ refold })}}\n`
  })
  return openExport(new Blob(['{"refold":"export","v":0}\n', ...lines, `{"refold":"end","records":${lines.length}}\n`]))
}

describe('much state', () => {
  test('HIS-22 of ten megabytes is shown at every revision, and its differences are small', async () => {
    const page = 'p'.repeat(100_000)
    const pages = Array.from({ length: 100 }, (_, n) => ({ op: 'add', path: `/state/root/context/${n}`, value: page }))
    const steps = Array.from({ length: 400 }, (_, n) => ({
      type: 'turn',
      data: '{}',
      patch: [{ op: n === 0 ? 'add' : 'replace', path: '/state/root/context/at', value: n }],
    }))
    const history = await openHistory(await fileOf([{ type: 'load', data: '{}', patch: pages }, ...steps]), 'a-1')
    expect([history.last, history.trouble]).toEqual([401, undefined])
    for (const revision of [2, 77, 400, 401]) {
      const { context } = await history.at(revision)
      expect([(context as { at: number }).at, JSON.stringify(context).length > 1e7]).toEqual([revision - 2, true])
    }
    expect(await history.diff(2, 401)).toEqual([{ op: 'replace', path: '/root/context/at', value: 399 }])
    const cursor = history.cursor()
    await cursor.to(401)
    for (let n = 0; n < 300; n++) await cursor.back()
    expect((cursor.state.root.context as { at: number }).at).toBe(99)
    expect((await history.blame('/context/99')).steps).toMatchObject([{ revision: 1, type: 'load', how: 'computed' }])
  })
})

describe('hostile text', () => {
  const hostile = '\u001b]0;gone\u0007\u202e\u0000</script>'

  test('HIS-21 is given as the data that it is', async () => {
    const name = JSON.stringify(hostile)
    const patch = [{ op: 'copy', from: '/data', path: '/state/root/context/it' }]
    const history = await openHistory(await fileOf([{ type: hostile, data: `{${name}:${name}}`, patch }]), 'a-1')
    expect(await history.record(1)).toMatchObject({ type: hostile, data: { [hostile]: hostile } })
    expect((await history.at(1)).context).toEqual({ it: { [hostile]: hostile } })
    expect((await history.blame('/context/it')).steps).toMatchObject([{ how: 'copied', from: '/data', type: hostile }])
  })

  test('HIS-31 with keys that reach a prototype harms no object, and is told where a state has them', async () => {
    const data = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'
    const patch = [{ op: 'copy', from: '/data', path: '/state/root/context/it' }]
    const history = await openHistory(await fileOf([{ type: 'x', data, patch }]), 'a-1')
    expect(Object.keys((await history.record(1)).data as object)).toEqual(['__proto__', 'constructor'])
    await expect(history.at(1)).rejects.toMatchObject({ code: 'UNREADABLE', facts: { revision: 1 } })
    expect((await history.at(0)).active).toEqual(['on'])
    expect(({} as { readonly polluted?: JsonValue }).polluted).toBeUndefined()
  })
})
