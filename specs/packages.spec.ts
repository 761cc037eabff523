/** What each published package says of itself, beside what it contains. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  importedPackages,
  importsOf,
  missingTargets,
  packageOf,
  root,
  unreachable,
  workspacePackages,
} from './packages/package-files.js'

const packages = workspacePackages()
const license = readFileSync(join(root, 'LICENSE'), 'utf8')
const { version } = JSON.parse(readFileSync(join(root, 'lerna.json'), 'utf8')) as { version: string }

describe.each(packages)('$manifest.name', (workspace) => {
  const { folder, directory, manifest } = workspace
  const declared = Object.keys({
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
    ...manifest.peerDependencies,
  })

  it('declares every package that a published file imports', () => {
    const undeclared = [...importedPackages(workspace)].filter(([name]) => !declared.includes(name))
    expect(undeclared).toEqual([])
  })

  it('declares no package that no published file imports', () => {
    const imported = importedPackages(workspace)
    expect(declared.filter((name) => !imported.has(name))).toEqual([])
  })

  it('publishes no file that cannot be reached from its exports and its commands', () => {
    expect(unreachable(workspace)).toEqual([])
    expect(missingTargets(workspace)).toEqual([])
    const folders = manifest.bin === undefined ? ['dist', 'src'] : ['bin', 'dist', 'src']
    expect(manifest.files?.filter((pattern) => !pattern.startsWith('!'))).toEqual(folders)
  })

  it('has a README under its name, and the license', () => {
    expect(readFileSync(join(directory, 'README.md'), 'utf8')).toMatch(new RegExp(`^# ${manifest.name}\n`))
    expect(readFileSync(join(directory, 'LICENSE'), 'utf8')).toBe(license)
  })

  it('has a README whose links hold where only the package is', () => {
    const links = [...readFileSync(join(directory, 'README.md'), 'utf8').matchAll(/\]\(([^)]+)\)/g)].map(
      ([, link]) => link,
    )
    expect(links.filter((link) => !link?.startsWith('https://'))).toEqual([])
  })

  it('names only pages of the repository that are there', () => {
    const text = readFileSync(join(directory, 'README.md'), 'utf8')
    const pages = [...text.matchAll(/`((?:specs|examples)\/[^`]*)`/g)].map(([, page = '']) => page)
    expect(pages.filter((page) => !existsSync(join(root, page)))).toEqual([])
  })

  it('says where it comes from, what it needs, and what it is about', () => {
    expect(manifest).toMatchObject({
      version,
      license: 'MIT',
      homepage: `https://github.com/refold/refold/tree/main/${folder}#readme`,
      bugs: { url: 'https://github.com/refold/refold/issues' },
      repository: { type: 'git', url: 'git+https://github.com/refold/refold.git', directory: folder },
      engines: { node: '>=20.19.0' },
      publishConfig: { access: 'public' },
    })
    expect(manifest.description).toMatch(/\w{4}/)
    expect(manifest.keywords).toContain('refold')
    expect(manifest.keywords).toEqual(manifest.keywords?.toSorted())
  })
})

it('the packages have their members in one order', () => {
  const orders = packages.map(({ directory }) =>
    Object.keys(JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as object),
  )
  const all = [...new Set(orders.flat())]
  const places = new Map(all.map((name) => [name, orders.map((order) => order.indexOf(name))]))
  const swapped = all.flatMap((one) =>
    all
      .filter((other) => isBefore(places.get(one), places.get(other)) && isBefore(places.get(other), places.get(one)))
      .map((other) => `${one} and ${other}`),
  )
  expect(swapped).toEqual([])
})

/** Whether it stands before the other in one of the packages that have both. */
function isBefore(one: readonly number[] = [], other: readonly number[] = []): boolean {
  return one.some((place, index) => place >= 0 && place < (other[index] ?? -1))
}

it('the lockfile names no registry', () => {
  expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved": "http/)
})

it('only core knows where a definition carries its insides', () => {
  const folders = ['packages', 'specs', 'examples'].map((folder) => join(root, folder))
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(ts|js|mjs)$/.test(path) && !/(^|[\\/])(dist|node_modules)[\\/]/.test(path))
      .map((path) => join(folder, path)),
  )
  const knowing = files.filter(
    (path) =>
      /Symbol\.for\(\s*['"`]refold\b/.test(readFileSync(path, 'utf8')) &&
      !path.startsWith(join(root, 'packages/core/src/definition')),
  )
  expect(files.length).toBeGreaterThan(500)
  expect(knowing).toEqual([])
})

describe('the imports of a text', () => {
  it.each([
    ["import { a } from 'xstate'", ['xstate']],
    ["import type {\n  A,\n  B,\n} from 'rxjs'", ['rxjs']],
    ["export type * from './a.js'", ['./a.js']],
    ["import 'side-effect'", ['side-effect']],
    ["const { a } = await import('@refold/sqlite')", ['@refold/sqlite']],
    ["declare const a: import('zod').ZodType", ['zod']],
    ["createRequire(import.meta.url)('better-sqlite3')", ['better-sqlite3']],
    ["fork(fileURLToPath(new URL('./worker.js', import.meta.url)))", ['./worker.js']],
    [" *     import { test } from 'vitest'", []],
    ["export const a = 'it comes from'\nexport const b = 'there'", []],
  ])('%s', (text, expected) => {
    expect(importsOf(text)).toEqual(expected)
  })

  it('are of a package, of a file, or of Node', () => {
    const packages = ['zod/v4/core', '@grpc/grpc-js/build/src', './a.js', 'node:fs'].map(packageOf)
    expect(packages).toEqual(['zod', '@grpc/grpc-js', undefined, undefined])
  })
})
