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
  readonly lines: AsyncIterable<string>
  readonly kill: () => Promise<void>
  /** To stop it, and to let it go on. */
  readonly signal: (name: 'SIGSTOP' | 'SIGCONT') => void
}

/** Bundles a source file of this package for Node. */
export async function bundle(source: string): Promise<string> {
  mkdirSync(CACHE, { recursive: true })
  const file = join(CACHE, `${source}-${process.pid}.mjs`)
  const build = await rolldown({
    input: join(import.meta.dirname, source),
    platform: 'node',
    external: [/^@eventstore/, 'xstate', 'zod', 'rxjs'],
    resolve: { conditionNames: ['@refold/source', 'import', 'node'] },
  })
  await build.write({ file, format: 'esm' })
  return file
}

export function startChild(file: string, args: readonly string[]): Child {
  const child: ChildProcess = spawn(process.execPath, ['--no-warnings', file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  if (child.stdout === null) throw new Error('a child without an output')
  return {
    lines: createInterface({ input: child.stdout }),
    kill: async () => {
      child.kill('SIGKILL')
      await exit
    },
    signal: (name) => void child.kill(name),
  }
}
