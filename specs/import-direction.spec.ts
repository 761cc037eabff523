/** The lint rules that keep the shape of the code, tried on a small tree of their own. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const tree = mkdtempSync(join(tmpdir(), 'refold-lint-'))
cpSync(join(root, 'oxlint.config.mjs'), join(tree, 'oxlint.config.mjs'))
afterAll(() => rmSync(tree, { recursive: true, force: true }))

interface Report {
  readonly diagnostics: readonly { readonly code: string }[]
}

/** The rules that refuse the file, if this line stands in it and nothing else in the tree. */
function refusals(file: string, line: string): string[] {
  rmSync(join(tree, 'packages'), { recursive: true, force: true })
  const path = join(tree, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${line}\n`)
  const oxlint = join(root, 'node_modules/.bin/oxlint')
  const { stdout } = spawnSync(oxlint, ['-c', 'oxlint.config.mjs', '-f', 'json', file], { cwd: tree })
  const { diagnostics } = JSON.parse(String(stdout)) as Report
  return diagnostics.map(({ code }) => code)
}

const RESTRICTED_IMPORT = 'eslint(no-restricted-imports)'
const RESTRICTED_PROPERTY = 'eslint(no-restricted-properties)'
const runXstate = "export { createMachine } from 'xstate'"
const useTesting = "export { testStore } from '@refold/testing'"

describe('lint refuses an import against the data path', () => {
  it.each([
    ['packages/core/src/json/diff.ts', "export { fold } from '../record/fold.js'"],
    ['packages/core/src/record/fold.ts', "export type { Tree } from '../step/tree-step.js'"],
    ['packages/core/src/definition/define-agent.ts', "export { step } from '../step/tree-step.js'"],
    ['packages/core/src/definition/deep/define.ts', "export { step } from '../../step/tree-step.js'"],
    ['packages/core/src/store/memory-store.ts', "export { decide } from '../decide/decide.js'"],
    ['packages/core/src/decide/decide.ts', "export { commit } from '../runtime/commit.js'"],
    ['packages/core/src/definition/internals.ts', "export type { Tree } from '../step/tree-step.js'"],
    ['packages/core/src/runtime/cell/commit.ts', "export { start } from '../../api/create-runtime.js'"],
    ['packages/core/src/runtime/cell/commit.ts', "export type { EffectRunner } from '../effects/effect-runner.js'"],
    ['packages/core/src/runtime/liveness/lease.ts', "export { commit } from '../cell/commit.js'"],
    ['packages/core/src/runtime/cell/commit.ts', "export { start } from '../index.js'"],
    ['packages/core/src/record/fold.ts', "export { Store } from '../store.js'"],
    ['packages/sqlite/src/store.ts', "export { memoryStore } from '@refold/core'"],
    ['packages/core/src/history/past-state.ts', "export { createRuntime } from '../api/create-runtime.js'"],
    ['packages/core/src/runtime/cell/commit.ts', runXstate],
    ['packages/core/src/runtime/cell/commit.ts', useTesting],
    ['packages/sqlite/src/store.ts', useTesting],
    ['packages/sqlite/src/store.ts', "export { model } from '../../../specs/model.js'"],
    ['packages/sqlite/src/store.ts', "export { fold } from '@refold/core/src/record/fold.js'"],
  ])('%s: %s', (file, line) => {
    expect(refusals(file, line)).toContain(RESTRICTED_IMPORT)
  })
})

describe('lint accepts an import along the data path', () => {
  it.each([
    ['packages/core/src/record/fold.ts', "export { diff } from '../json/diff.js'"],
    ['packages/core/src/runtime/cell/commit.ts', "export { decide } from '../../decide/decide.js'"],
    ['packages/core/src/runtime/cell/commit.ts', "export type { AnyStateMachine } from 'xstate'"],
    ['packages/core/src/runtime/cell/commit.ts', "export { foldStream } from '../../history/fold-stream.js'"],
    ['packages/core/src/runtime/takeover/sweep.ts', "export { commit } from '../cell/commit.js'"],
    ['packages/core/src/step/adapter.ts', runXstate],
    ['packages/sqlite/src/store.ts', "export { memoryStore } from '@refold/core/store'"],
    ['packages/core/src/json/diff.test.ts', useTesting],
    ['specs/append.spec.ts', useTesting],
  ])('%s: %s', (file, line) => {
    expect(refusals(file, line)).toEqual([])
  })
})

describe('lint keeps the writers of a stream and the sources of time few', () => {
  const append = 'export const appended = (log) => log.append()'
  const read = "export const found = (store) => store.read('work-1')"
  const now = 'export const now = () => Date.now()'

  it.each([
    ['packages/core/src/runtime/cell/agent-cell.ts', append],
    ['packages/core/src/decide/decide.ts', now],
    ['packages/core/src/api/agent-handle.ts', read],
    ['packages/core/src/runtime/cell/commit.ts', read],
  ])('%s is refused: %s', (file, line) => {
    expect(refusals(file, line)).toContain(RESTRICTED_PROPERTY)
  })

  it.each([
    ['packages/core/src/runtime/cell/commit.ts', append],
    ['packages/core/src/log/agent-log.ts', append],
    ['packages/core/src/history/copy-streams.ts', append],
    ['packages/core/src/world/real-world.ts', now],
  ])('%s is accepted: %s', (file, line) => {
    expect(refusals(file, line)).toEqual([])
  })
})
