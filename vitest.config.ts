import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const packages = readdirSync(new URL('packages', import.meta.url)).map((name) => ({ name, root: `packages/${name}` }))
const projects = [...packages, { name: 'specs', root: 'specs' }, { name: 'examples', root: 'examples' }]

/** Tests run the packages' TypeScript: the condition `@refold/source` stands first in their `exports`. Other packages are found as Node finds them. */
const conditions = ['@refold/source', 'node']

const HANGS_MS = 300_000

/**
 * A worker reads the packages once, not once for each of hundreds of files, since their tests leave nothing behind in its process. Those of
 * `testing` do: a server for all tests of a file.
 */
const isIsolated = (project: string): boolean => project === 'testing'

export default defineConfig({
  oxc: { target: 'es2023' },
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    // Nets for what hangs, the only ones: they say nothing of the product, and hold on a machine that is very busy.
    testTimeout: HANGS_MS,
    hookTimeout: HANGS_MS,
    teardownTimeout: HANGS_MS,
    expect: { poll: { timeout: 0.8 * HANGS_MS } },
    // Many tests wait for child processes and leases: two files at a time, also where there are two cores only.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: projects.map(({ name, root }) => ({ extends: true, test: { name, root, isolate: isIsolated(name) } })),
    reporters: ['default', '.ci/count-reporter.mjs'],
  },
})
