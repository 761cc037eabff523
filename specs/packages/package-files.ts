/** The packages that are published: what stands in them, and what each file imports. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's root. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** What these tests read of a `package.json`. */
export interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly description?: string
  readonly keywords?: readonly string[]
  readonly license?: string
  readonly homepage?: string
  readonly bugs?: { readonly url: string }
  readonly repository?: { readonly type: string; readonly url: string; readonly directory: string }
  readonly engines?: { readonly node: string }
  readonly bin?: Readonly<Record<string, string>>
  readonly files?: readonly string[]
  readonly exports?: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

export interface WorkspacePackage {
  /** Relative to the root: `packages/core`. */
  readonly folder: string
  readonly directory: string
  readonly manifest: Manifest
}

/** Every package of `packages/` that is not private. */
export function workspacePackages(): readonly WorkspacePackage[] {
  return readdirSync(join(root, 'packages'))
    .map((name) => {
      const directory = join(root, 'packages', name)
      const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest
      return { folder: `packages/${name}`, directory, manifest }
    })
    .filter(({ manifest }) => manifest.private !== true)
}

/** The sources that are published (no tests, nor what only tests import, nor folders that `files` leaves out), relative to the package: `src/index.ts`. */
function publishedSources({ directory, manifest }: WorkspacePackage): readonly string[] {
  const left = (manifest.files ?? [])
    .filter((pattern) => /^!src\/[\w-]+$/.test(pattern))
    .map((pattern) => `${pattern.slice(1)}/`)
  return readdirSync(join(directory, 'src'), { recursive: true, encoding: 'utf8' })
    .map((path) => posix.join('src', ...path.split(/[\\/]/)))
    .filter((path) => path.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(path))
    .filter((path) => !left.some((folder) => path.startsWith(folder)))
}

/** Every module that the text of a file names, types included: `xstate`, `./fold.js`, `node:fs`. */
export function importsOf(text: string): readonly string[] {
  const code = text
    .split('\n')
    .filter((line) => !/^\s*(\/\*\*|\*|\/\/)/.test(line))
    .join('\n')
  return IMPORTS.flatMap((pattern) => [...code.matchAll(pattern)].map(([, specifier = '']) => specifier))
}

const IMPORTS = [
  /^(?:import|export)\b[^'"`]*?\bfrom ['"]([^'"]+)['"]/gm,
  /^import ['"]([^'"]+)['"]/gm,
  /\bimport\(['"]([^'"]+)['"]\)/g, // a dynamic one, or a type's
  /\bcreateRequire\([\w.]+\)\(['"]([^'"]+)['"]\)/g,
  /\bnew URL\(['"](\.[^'"]+\.js)['"], import\.meta\.url\)/g, // a process or a thread of its own
]

/** The package that an import names: `@scope/name/part` is of `@scope/name`. `undefined`: a file, or Node's own. */
export function packageOf(specifier: string): string | undefined {
  if (/^(\.|node:)/.test(specifier)) return undefined
  const [scope = '', name = ''] = specifier.split('/')
  return scope.startsWith('@') ? `${scope}/${name}` : scope
}

/** Every package that the published files import, with one of the files. The declarations may name more than the sources. */
export function importedPackages(workspace: WorkspacePackage): ReadonlyMap<string, string> {
  const { directory, manifest } = workspace
  const sources = publishedSources(workspace)
  const declarations = sources.map((path) => path.replace(/^src/, 'dist').replace(/\.ts$/, '.d.ts'))
  const found = new Map<string, string>()
  for (const path of [...sources, ...declarations, ...binsOf(manifest)]) {
    for (const specifier of importsOf(readFileSync(join(directory, path), 'utf8'))) {
      const imported = packageOf(specifier)
      if (imported !== undefined && imported !== manifest.name) found.set(imported, path)
    }
  }
  return found
}

/** The published sources that no import leads to from what `exports` and `bin` name. */
export function unreachable(workspace: WorkspacePackage): readonly string[] {
  const { directory, manifest } = workspace
  const seen = new Set<string>()
  const todo = [...Object.values(manifest.exports ?? {}).map(sourceOf), ...binsOf(manifest)]
  for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
    if (seen.has(path)) continue
    seen.add(path)
    const from = posix.dirname(path)
    const relative = importsOf(readFileSync(join(directory, path), 'utf8')).filter((name) => name.startsWith('.'))
    todo.push(...relative.map((name) => sourceBehind(posix.join(from, name))))
  }
  return publishedSources(workspace).filter((path) => !seen.has(path))
}

/** Files that `exports` and `bin` name and that are not there. */
export function missingTargets({ directory, manifest }: WorkspacePackage): readonly string[] {
  const targets = Object.values(manifest.exports ?? {}).flatMap((conditions) => Object.values(conditions))
  return [...targets, ...binsOf(manifest)].filter((path) => !existsSync(join(directory, path)))
}

function binsOf({ bin = {} }: Manifest): readonly string[] {
  return Object.values(bin).map((path) => posix.normalize(path))
}

function sourceOf(conditions: Readonly<Record<string, string>>): string {
  return posix.normalize(conditions['@refold/source'] ?? '')
}

/** `dist/main.js`, as a bin names it, is made of `src/main.ts`. */
function sourceBehind(path: string): string {
  return path.replace(/^dist\//, 'src/').replace(/\.js$/, '.ts')
}
