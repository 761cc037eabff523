/**
 * Writes the JavaScript of the libraries that a worker loads: one file for each entry of a package's `exports`, and what they
 * share in one more. tsc writes their types beside it. A worker that is started after a crash has to be back soon, and Node
 * takes longer to find a hundred small modules than to run them.
 */
import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const LIBRARIES = ['core', 'sqlite', 'eventstoredb', 'testing', 'otel', 'inspector']

await Promise.all(LIBRARIES.map((name) => bundle(new URL(`../packages/${name}/`, import.meta.url))))

async function bundle(directory) {
  const manifest = JSON.parse(readFileSync(new URL('package.json', directory), 'utf8'))
  const { exports, dependencies, peerDependencies } = manifest
  const sources = Object.values(exports).map((entry) => entry['@refold/source'])
  const named = sources.map((source) => [source.replace(/^\.\/src\/|\.ts$/g, ''), source])
  const built = await rolldown({
    cwd: fileURLToPath(directory),
    input: Object.fromEntries(named),
    external: /^[^./]/, // what is not the package's own stands in its `dependencies`
    platform: 'neutral',
    resolve: { extensionAlias: { '.js': ['.ts'] } },
    transform: { target: 'es2023' },
    treeshake: { moduleSideEffects: false },
  })
  const { output } = await built.write({
    dir: 'dist',
    entryFileNames: '[name].js',
    chunkFileNames: 'shared/[name].js',
    sourcemap: true,
    minify: false,
  })
  await built.close()
  // What the compiler itself would import (a helper of newer syntax) is in nobody's node_modules.
  const declared = Object.keys({ ...dependencies, ...peerDependencies })
  const own = new Set(output.map(({ fileName }) => fileName))
  const isKnown = (name) =>
    own.has(name) || isBuiltin(name) || declared.some((known) => name === known || name.startsWith(`${known}/`))
  const missing = output.flatMap(({ imports = [] }) => imports).filter((name) => !isKnown(name))
  if (missing.length > 0) throw new Error(`${manifest.name} imports what it does not declare: ${missing.join(', ')}`)
}
