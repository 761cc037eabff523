/** Runs `screenshots.ts`, which is no test. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['@refold/source', 'node'] },
  ssr: { resolve: { conditions: ['@refold/source', 'node'] } },
  test: { include: ['src/page-tests/screenshots.ts'], testTimeout: 300_000, hookTimeout: 300_000 },
})
