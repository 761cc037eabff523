/** Builds the page into files that the server hands out: nothing inline, nothing from elsewhere. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'
import type { Plugin } from 'vite'
import { licenceText } from './src/page-build/licence-text.js'

const root = fileURLToPath(new URL('src/page', import.meta.url))

/** The licences of what is bundled, in a file beside it. */
function licences(): Plugin {
  return {
    name: 'licences',
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []))
      this.emitFile({ type: 'asset', fileName: 'licences.txt', source: licenceText(modules) })
    },
  }
}

export default defineConfig({
  root,
  configFile: false,
  logLevel: 'warn',
  resolve: { conditions: ['@refold/source', 'module', 'browser'] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' }, target: 'es2023' },
  plugins: [licences()],
  worker: { format: 'es' },
  build: {
    outDir: fileURLToPath(new URL('dist/page', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
})
