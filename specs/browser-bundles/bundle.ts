/** Code as a browser gets it: bundled into one script, and run where nothing of Node is. */
import { join } from 'node:path'
import { createContext, Script } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'

export interface Bundle {
  /** One script that leaves its exports in the global `bundled`. */
  readonly text: string
  /** What the bundler warned of: a module that it did not find is such a warning. */
  readonly warnings: readonly string[]
  /** Modules that the script leaves to someone else to bring. */
  readonly imports: readonly string[]
  /** Names of the packages from which something was taken in. */
  readonly packages: readonly string[]
}

/** The entry stands in this folder, and exists for the bundler only. */
const ENTRY = join(import.meta.dirname, 'entry.js')

/** Bundles and minifies a module for a browser, with all that it imports. */
export async function bundleForBrowser(code: string): Promise<Bundle> {
  const warnings: string[] = []
  const build = await rolldown({
    input: ENTRY,
    platform: 'browser',
    transform: { target: 'es2023' },
    resolve: { conditionNames: ['@refold/source', 'browser', 'import', 'module'] },
    onLog: (_level, { message }) => void warnings.push(message),
    plugins: [{ name: 'entry', load: (id) => (id === ENTRY ? code : undefined), resolveId: (id) => entryOnly(id) }],
  })
  const { output } = await build.generate({ format: 'iife', name: 'bundled', minify: true })
  await build.close()
  const [{ code: text, imports, dynamicImports, moduleIds }] = output
  return { text, warnings, imports: [...imports, ...dynamicImports], packages: packagesOf(moduleIds) }
}

/** Bytes that travel. */
export function gzippedBytes({ text }: Bundle): number {
  return gzipSync(text, { level: 9 }).byteLength
}

/** What browsers and Node both have beside the language. */
const BROWSER_GLOBALS = {
  AbortController,
  AbortSignal,
  Blob,
  clearInterval,
  clearTimeout,
  console,
  crypto: globalThis.crypto,
  performance,
  queueMicrotask,
  setInterval,
  setTimeout,
  structuredClone,
  TextDecoder,
  TextEncoder,
}

/**
 * Runs the bundle where only a browser's globals are, then an expression over its exports, which stand in `bundled`, and
 * the given text in `given`. The expression's value comes back as JSON text: objects of that world have other prototypes.
 */
export async function runInBrowserWorld({ text }: Bundle, expression: string, given = ''): Promise<unknown> {
  const context = createContext({ ...BROWSER_GLOBALS, given })
  new Script(text).runInContext(context)
  const run = new Script(`(async () => JSON.stringify(${expression}))()`)
  const answer: unknown = await run.runInContext(context)
  return JSON.parse(String(answer))
}

function packagesOf(files: readonly string[]): readonly string[] {
  const names = files.flatMap((file) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? [])
  return [...new Set(names)].toSorted()
}

function entryOnly(id: string): string | undefined {
  return id === ENTRY ? ENTRY : undefined
}
