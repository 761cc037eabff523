/** Real processes for tests: they run a file of these sources, bundled, and talk by lines of JSON. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { rolldown } from 'rolldown'

/** Inside the package, so that the bundle finds its node_modules. */
const CACHE = join(import.meta.dirname, '..', '.cache')

export interface Child {
  readonly process: ChildProcess
  /** The next line that it writes; `undefined` after its end. */
  readonly line: () => Promise<unknown>
  /** Resolves after its end. */
  readonly ended: () => Promise<void>
}

/** Bundles a source file of this package for Node. */
export async function bundle(source: string): Promise<string> {
  mkdirSync(CACHE, { recursive: true })
  const file = join(CACHE, `${source}-${process.pid}.mjs`)
  const build = await rolldown({
    input: join(import.meta.dirname, source),
    platform: 'node',
    external: ['better-sqlite3', 'xstate', 'zod', 'rxjs'],
    resolve: { conditionNames: ['@refold/source', 'import', 'node'] },
  })
  await build.write({ file, format: 'esm' })
  return file
}

/** Starts a process with the same Node as this one. */
export function startChild(file: string, args: readonly string[]): Child {
  const child = spawn(process.execPath, ['--no-warnings', file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const exit = once(child, 'exit')
  return {
    process: child,
    line: async () => {
      const { value, done } = await lines.next()
      return done === true ? undefined : JSON.parse(value)
    },
    ended: async () => void (await exit),
  }
}
