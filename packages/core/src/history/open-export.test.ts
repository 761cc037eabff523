import { describe, expect, test } from 'vitest'
import type { Store } from '../store/port.js'
import { exportStreams } from './export-streams.js'
import { openExport } from './open-export.js'
import { openHistory } from './open-history.js'
import { researched } from './research.fixture.js'

async function exported(store: Store, streams = ['research-42', 'writer-7']): Promise<string> {
  let text = ''
  for await (const line of exportStreams(store, streams)) text += line
  return text
}

function open(text: string | Uint8Array<ArrayBuffer>): ReturnType<typeof openExport> {
  return openExport(new Blob([text]))
}

/** The text with one of its lines changed. */
function withLine(text: string, number: number, change: (line: string) => string): string {
  return text
    .split('\n')
    .map((line, at) => (at === number - 1 ? change(line) : line))
    .join('\n')
}

describe('an exported file', () => {
  test('HIS-33 answers every question as the store does', async () => {
    const store = await researched()
    const file = await open(await exported(store))
    expect(file.streams).toEqual([
      { stream: 'research-42', records: 6 },
      { stream: 'writer-7', records: 2 },
    ])
    expect(file.trouble).toBeUndefined()
    for (const { stream } of file.streams) {
      const [one, other] = [await openHistory(store, stream), await openHistory(file, stream)]
      expect(other.outline()).toEqual(one.outline())
      for (const { revision } of one.outline()) {
        expect(await other.record(revision)).toEqual(await one.record(revision))
        expect(await other.at(revision)).toEqual(await one.at(revision))
        expect(await other.explain(revision)).toEqual(await one.explain(revision))
      }
      expect(await other.blame('/context')).toEqual(await one.blame('/context'))
      expect(await other.diff(0, other.last)).toEqual(await one.diff(0, one.last))
    }
    const following = (await openHistory(file, 'writer-7')).follow()
    expect(await following.next()).toEqual({ done: true, value: undefined })
    await expect(openHistory(file, 'none-1')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('HIS-33 is what is stored, one record a line, and reads from any place', async () => {
    const store = await researched()
    const text = await exported(store)
    const lines = text.split('\n').map((line) => (line === '' ? undefined : (JSON.parse(line) as object)))
    expect(lines.at(0)).toEqual({ refold: 'export', v: 0 })
    expect(lines.at(-2)).toEqual({ refold: 'end', records: 8 })
    expect(lines[1]).toMatchObject({ stream: 'research-42', revision: 0, type: 'refold.started' })
    const crlf = await open(`\uFEFF${text.replaceAll('\n', '\r\n')}`)
    expect(crlf.trouble).toBeUndefined()
    for (const file of [await open(text), crlf, await open(`${text.replace('\n', '\n\n\n')}\n\n`)]) {
      const read: unknown[] = []
      for await (const page of file.read('research-42', { from: 2n as never, limit: 3 }))
        read.push(...page.map(({ revision }) => revision))
      expect(read).toEqual([2n, 3n, 4n])
      expect(file.trouble).toBeUndefined()
    }
    await expect(exported(store, ['writer-7', 'none-1'])).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('HIS-33 is read by parts: a long one, and one whose text is of many languages', async () => {
    const store = await researched()
    const [, first = '', second = ''] = (await exported(store)).split('\n')
    const wide = 'ä€😀'.repeat(5_000)
    const body = Array.from({ length: 700 }, (_, at) =>
      at === 0
        ? first
        : second
            .replace('"revision":1', `"revision":${at}`)
            .replace('"cents":500', `"cents":${at},"note":"${at % 100 === 0 ? wide : 'short'}"`)
            .replace('"value":500', `"value":${at}`),
    )
    const text = ['{"refold":"export","v":0}', ...body, '{"refold":"end","records":700}', ''].join('\n')
    const history = await openHistory(await open(text), 'research-42')
    expect([history.last, history.trouble]).toEqual([699, undefined])
    expect((await history.at(650)).context).toMatchObject({ cents: 650 })
    expect(await history.record(600)).toMatchObject({ data: { note: wide } })
  })

  test('HIS-416 has a chart once that was asked for by its stream and stands behind the records, too', async () => {
    const store = await researched()
    const streams: string[] = []
    for await (const page of store.readAll()) for (const { stream } of page) streams.push(stream)
    let text = ''
    for await (const line of exportStreams(store, [...new Set(streams)], { charts: true })) text += line
    const file = await open(text)
    expect(file.trouble).toBeUndefined()
    expect(file.streams.map(({ stream }) => stream).toSorted()).toEqual([...new Set(streams)].toSorted())
  })
})

describe('a damaged file', () => {
  test.each([
    ['', 'nothing'],
    ['SQLite format 3\u0000 and so on', 'a SQLite file'],
    ['{"stream":"a-1","revision":0}\n', 'no first line'],
    ['[1]\n', 'other JSON'],
    ['\u001b[2J{"refold":"export"}\n', 'hostile text'],
    ['{"refold":"export","v":"0"}\n', 'a version that is no number'],
    ['x'.repeat(100_000), 'one long line'],
  ])('HIS-34 that is no export is refused: %j', async (text) => {
    await expect(open(text)).rejects.toMatchObject({
      code: 'UNREADABLE',
      hint: expect.stringContaining('exportStreams'),
    })
  })

  test('HIS-34 of a newer release is refused as such', async () => {
    await expect(open('{"refold":"export","v":9}\n')).rejects.toMatchObject({ code: 'NEWER_FORMAT' })
  })

  test.each([
    ['is cut within a line', (text: string) => text.slice(0, text.indexOf('"revision":3') + 40)],
    ['has a line that is no JSON', (text: string) => withLine(text, 5, (line) => line.replace('"id"', '"id'))],
    ['has a line of other text', (text: string) => withLine(text, 5, () => '\u001b[31mhello')],
    [
      'has a line with members that are gone',
      (text: string) => withLine(text, 5, (line) => line.replace('"type"', '"kind"')),
    ],
    ['lacks a line', (text: string) => text.split('\n').toSpliced(4, 1).join('\n')],
    [
      'has lines in another order',
      (text: string) =>
        text
          .split('\n')
          .with(4, text.split('\n')[5] ?? '')
          .join('\n'),
    ],
  ])('HIS-34 that %s shows what stands before, then says which line', async (_name, damage) => {
    const file = await open(damage(await exported(await researched())))
    const history = await openHistory(file, 'research-42')
    expect([history.last, history.lastState]).toEqual([2, 2])
    expect((await history.at(2)).active).toEqual(['thinking'])
    expect(history.trouble).toMatchObject({ revision: 3, error: { code: 'UNREADABLE', facts: { line: 5 } } })
    await expect(history.at(3)).rejects.toMatchObject({ code: 'UNREADABLE', facts: { line: 5 } })
    const whole = file.streams.find(({ stream }) => stream === 'writer-7')
    if (whole !== undefined) expect((await openHistory(file, 'writer-7')).trouble).toBeUndefined()
  })

  test('HIS-34 that was cut between two lines, or has lines behind its end, is known to be so', async () => {
    const text = await exported(await researched())
    const lines = text.trimEnd().split('\n')
    const cut = await open(`${lines.slice(0, 5).join('\n')}\n`)
    expect(cut.trouble?.message).toContain('it was cut')
    const history = await openHistory(cut, 'research-42')
    expect([history.last, history.lastState, history.trouble?.revision]).toEqual([3, 3, 4])
    const less = await open([...lines.slice(0, -2), '{"refold":"end","records":8}', ''].join('\n'))
    expect(less.trouble?.message).toContain('tells 8 records, and there are 7')
    const more = await open(`${text}${lines[1]}\n`)
    expect(more.trouble?.message).toContain('stands behind the end')
  })

  test('HIS-34 with bytes that are no text shows what stands before', async () => {
    const bytes = new TextEncoder().encode(await exported(await researched()))
    const lines = new TextDecoder().decode(bytes).split('\n')
    const offset = new TextEncoder().encode(lines.slice(0, 4).join('\n')).length + 200
    bytes[offset] = 0xff
    const history = await openHistory(await open(bytes), 'research-42')
    expect([history.lastState, history.trouble?.error.code]).toEqual([2, 'UNREADABLE'])
  })
})
