import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['@refold/source'] },
  ssr: { resolve: { conditions: ['@refold/source'] } },
  test: { projects: ['packages/*', 'specs', 'examples'] },
})
