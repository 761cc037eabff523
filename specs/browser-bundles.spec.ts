/** What reads records, and what runs agents, works in a browser: bundled, and run without anything of Node. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { exportStreams, openHistory } from '@refold/core/history'
import { canonicalJson, fold } from '@refold/core/record'
import type { JsonValue, StateDocument } from '@refold/core/record'
import { memoryLog, memoryStore } from '@refold/core/store'
import { Answers } from '@refold/inspector/answers'
import { describe, expect, it } from 'vitest'
import { bundleForBrowser, gzippedBytes, runInBrowserWorld } from './browser-bundles/bundle.js'
import type { Bundle } from './browser-bundles/bundle.js'
import { writePoem } from './browser-bundles/poet.js'

/** All of `@refold/core/record`, minified and gzipped. Raise it only for what a reader of records needs. */
const RECORD_BYTES = 9_000

/** All of `@refold/core/history`. */
const HISTORY_BYTES = 30_000

const POET = JSON.stringify(join(import.meta.dirname, 'browser-bundles/poet.ts'))
/** What only the runtime says. */
const OF_THE_RUNTIME = 'performs effects of'

/** What Node would have to bring, in words of the code. */
const OF_NODE = /.{0,20}(?:\brequire\(|\bimport\(|["'`]node:|\bprocess\.\w|\bBuffer\b).{0,20}/g

function nodeParts({ text, warnings, imports }: Bundle): readonly string[] {
  return [...warnings, ...imports, ...[...text.matchAll(OF_NODE)].map(([part]) => part)]
}

describe('the check of these tests', () => {
  it.each([
    `import { createHash } from 'node:crypto'; export const hash = createHash`,
    `import { join } from 'path'; export const path = join('a', 'b')`,
    'export const load = (name) => require(name)',
    `export const load = () => import('fs')`,
    'export const home = process.env.HOME',
    `export const bytes = Buffer.from('a')`,
  ])('sees what is of Node: %s', async (code) => {
    expect(nodeParts(await bundleForBrowser(code))).not.toEqual([])
  })
})

describe('@refold/core/record in a browser', () => {
  it('WEB-1 folds a history to the state that Node folds, and hashes it the same', async () => {
    const records = (await writePoem()).map(({ id, type, data, metadata }) => ({ id, type, data, metadata }))
    let state: StateDocument | undefined
    for (const record of records) state = fold(state, record)

    const bundle = await bundleForBrowser(`export { fold, hashOfJson } from '@refold/core/record'`)
    expect(nodeParts(bundle)).toEqual([])
    const folded = 'JSON.parse(given).reduce((state, record) => bundled.fold(state, record), undefined)'
    const given = JSON.stringify(records)
    expect(await runInBrowserWorld(bundle, folded, given)).toEqual(state)
    expect(state?.root.context).toMatchObject({ poem: 'Of wähles I sing.' })
    expect(await runInBrowserWorld(bundle, `bundled.hashOfJson(${folded})`, given)).toBe(
      createHash('sha256')
        .update(canonicalJson(state as unknown as JsonValue)) // the document is JSON
        .digest('hex'),
    )
  })

  it('is small, whole as it is', async () => {
    const bundle = await bundleForBrowser(`export * from '@refold/core/record'`)
    expect(nodeParts(bundle)).toEqual([])
    const bytes = gzippedBytes(bundle)
    expect(bytes, `@refold/core/record has ${bytes} bytes gzipped`).toBeLessThan(RECORD_BYTES)
    expect(bundle.packages).toEqual(['@noble/hashes'])
    expect(bundle.text).not.toContain(OF_THE_RUNTIME)
  })

  it('leaves out what is not imported', async () => {
    const { text, packages } = await bundleForBrowser(`export { fold } from '@refold/core/record'`)
    const whole = await bundleForBrowser(`export * from '@refold/core/record'`)
    expect(packages).toEqual([])
    expect(text).not.toContain(OF_THE_RUNTIME)
    expect(text.length).toBeLessThan(0.6 * whole.text.length)
  })
})

describe('@refold/core/history in a browser', () => {
  it('HIS-36 opens an exported file and answers as Node does', async () => {
    const log = memoryLog()
    await writePoem(memoryStore(log))
    const store = memoryStore(log)
    let text = ''
    for await (const line of exportStreams(store, ['poet-1'])) text += line
    const history = await openHistory(store, 'poet-1')
    const here = {
      point: await history.at(history.last),
      record: await history.record(1),
      patch: await history.diff(0, 1),
      blame: await history.blame('/context/poem'),
      causes: await history.explain(1),
    }
    const bundle = await bundleForBrowser(`export * from '@refold/core/history'`)
    expect(nodeParts(bundle)).toEqual([])
    const there = `await (async () => {
      const file = await bundled.openExport(new Blob([given]))
      const history = await bundled.openHistory(file, file.streams[0].stream)
      return {
        point: await history.at(history.last),
        record: await history.record(1),
        patch: await history.diff(0, 1),
        blame: await history.blame('/context/poem'),
        causes: await history.explain(1),
      }
    })()`
    expect(await runInBrowserWorld(bundle, there, text)).toEqual(here)
  })

  it('is small, and takes in neither XState nor the runtime', async () => {
    const bundle = await bundleForBrowser(`export * from '@refold/core/history'`)
    const bytes = gzippedBytes(bundle)
    expect(bytes, `@refold/core/history has ${bytes} bytes gzipped`).toBeLessThan(HISTORY_BYTES)
    expect(bundle.packages).toEqual([])
    expect(bundle.text).not.toContain(OF_THE_RUNTIME)
  })
})

describe('@refold/inspector/answers in a browser', () => {
  it('INS-19 tells of an exported file what it tells in Node, and needs no Node built-in', async () => {
    const log = memoryLog()
    await writePoem(memoryStore(log))
    let text = ''
    for await (const line of exportStreams(memoryStore(log), ['poet-1'], { charts: true })) text += line
    const questions = [
      ['head', {}],
      ['skeleton', {}],
      ['rows', { from: '0', to: '1' }],
      ['point', { at: '1' }],
      ['diff', { from: '0', to: '1' }],
      ['lanes', {}],
      ['test', { at: '1' }],
    ] as const
    const bundle = await bundleForBrowser(
      `export { Answers } from '@refold/inspector/answers'; export { openExport } from '@refold/core/history'`,
    )
    expect(nodeParts(bundle)).toEqual([])
    expect(bundle.packages).toEqual([])
    const there = `await (async () => {
      const answers = new bundled.Answers({ source: await bundled.openExport(new Blob([given])) })
      const told = []
      for (const [name, of] of ${JSON.stringify(questions)}) told.push(await answers.ask(name, { agent: 'poet-1', ...of }))
      return told
    })()`
    const answers = new Answers({ source: memoryStore(log) })
    const here: unknown[] = []
    for (const [name, of] of questions) here.push(await answers.ask(name, { agent: 'poet-1', ...of }))
    expect(await runInBrowserWorld(bundle, there, text)).toEqual(here)
  })
})

describe('@refold/core/store', () => {
  it('takes in no package, so that a store loads neither XState nor RxJS', async () => {
    const bundle = await bundleForBrowser(`export * from '@refold/core/store'`)
    expect(nodeParts(bundle)).toEqual([])
    expect(bundle.packages).toEqual([])
  })
})

describe('@refold/core in a browser', () => {
  it('WEB-2 runs an agent with an effect over a store in memory', async () => {
    const bundle = await bundleForBrowser(`export { writePoem } from ${POET}`)
    expect(nodeParts(bundle)).toEqual([])
    const types = await runInBrowserWorld(bundle, '(await bundled.writePoem()).map(({ type }) => type)')
    expect(types).toEqual((await writePoem()).map(({ type }) => type))
    expect(bundle.packages).toEqual(expect.arrayContaining(['rxjs', 'xstate', 'zod']))
    expect(bundle.text).toContain(OF_THE_RUNTIME) // what the other tests look for is there to be found
  })

  it('leaves the runtime out where only an error is looked at', async () => {
    const { text, packages } = await bundleForBrowser(`export { isRefoldError } from '@refold/core'`)
    expect(packages).toEqual([])
    expect(text).not.toContain(OF_THE_RUNTIME)
  })
})
