/** Builds the page into files that the server hands out: nothing inline, nothing from elsewhere, and the licences of what is in it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'
import type { Plugin } from 'vite'

const here = new URL('.', import.meta.url)

export default defineConfig({
  root: fileURLToPath(new URL('src/page', here)),
  logLevel: 'warn',
  resolve: { conditions: ['@refold/source', 'module', 'browser'] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' }, target: 'es2023' },
  plugins: [licences()],
  worker: { format: 'es' },
  build: {
    outDir: fileURLToPath(new URL('dist/page', here)),
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
})

/** The notices of the packages whose code is bundled, in a file beside it. */
function licences(): Plugin {
  return {
    name: 'licences',
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []))
      const pattern = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/
      const directories = new Set(modules.flatMap((file) => pattern.exec(file)?.[0] ?? []))
      const source = `${[...directories].toSorted().map(notice).join('\n\n')}\n`
      this.emitFile({ type: 'asset', fileName: 'licences.txt', source })
    },
  }
}

/** Throws when a package has no licence beside it. */
function notice(directory: string): string {
  const manifest = readFileSync(join(directory, 'package.json'), 'utf8')
  const { name, version, license } = JSON.parse(manifest) as Readonly<Record<'name' | 'version' | 'license', string>>
  const file = readdirSync(directory).find((entry) => /^licen[cs]e/i.test(entry))
  if (file === undefined) throw new Error(`${name} has no licence beside it: ${directory}`)
  return `${name} ${version} (${license})\n\n${readFileSync(join(directory, file), 'utf8').trim()}`
}
