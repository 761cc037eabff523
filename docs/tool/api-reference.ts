/**
 * The API reference: one Markdown page for each published package, made of its index and of the sub-paths of its
 * `exports`. The same sources give the same text: no paths, no lines, no dates.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { Anchors, contentsList, themesOf } from './contents.js'
import { declarationText, docOf, isValue } from './declaration-text.js'

interface Package {
  readonly folder: string
  readonly name: string
  readonly description: string
  readonly entries: readonly Entry[]
}

interface Entry {
  /** What is written in an `import`. */
  readonly specifier: string
  /** Its source. */
  readonly file: string
}

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly description?: string
  readonly exports?: Readonly<Record<string, Readonly<Record<string, string>> | string>>
}

const NOTE = '<!-- Made of the doc comments by `npm run docs`. Change them, not this page. -->'

/** Every page by its file name, `README.md` among them. */
export function apiReference(root: string): ReadonlyMap<string, string> {
  const packages = readPackages(root)
  const files = packages.flatMap(({ entries }) => entries.map(({ file }) => file))
  const program = ts.createProgram(files, compilerOptions(root))
  const pages = packages.map((each) => [`${each.folder}.md`, packagePage(each, program)] as const)
  return new Map([['README.md', indexPage(packages)], ...pages])
}

function readPackages(root: string): readonly Package[] {
  return readdirSync(join(root, 'packages')).flatMap((folder) => {
    const file = join(root, 'packages', folder, 'package.json')
    if (!existsSync(file)) return []
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest
    if (manifest.private === true) return []
    const entries = Object.entries(manifest.exports ?? {}).flatMap(([path, target]) => {
      const source = typeof target === 'string' ? undefined : target['@refold/source']
      if (source === undefined) return []
      return [{ specifier: manifest.name + path.slice(1), file: join(root, 'packages', folder, source) }]
    })
    return [{ folder, name: manifest.name, description: manifest.description ?? '', entries }]
  })
}

function compilerOptions(root: string): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), (file) => readFileSync(file, 'utf8'))
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  return { ...options, noEmit: true, incremental: false }
}

function indexPage(packages: readonly Package[]): string {
  const rows = packages.map(({ name, folder, description }) => `| [\`${name}\`](${folder}.md) | ${description} |`)
  return `${NOTE}

# API reference

What each package exports, with its types and its doc comments. What is promised is in [\`specs/\`](../../specs).

| package | what it is |
|---|---|
${rows.join('\n')}
`
}

function packagePage({ name, description, entries }: Package, program: ts.Program): string {
  const page: Page = { checker: program.getTypeChecker(), anchors: new Anchors(), shown: new Map() }
  const parts = entries.map((entry) => entryPart(entry, program.getSourceFile(entry.file), page))
  return `${NOTE}\n\n# \`${name}\`\n\n${description}.\n\n${parts.join('\n')}`
}

/** What a page has so far: the anchor of each symbol that an entry has shown. */
interface Page {
  readonly checker: ts.TypeChecker
  readonly anchors: Anchors
  readonly shown: Map<ts.Symbol, string>
}

/** One entry. What an earlier entry of the same package has shown is only named here. */
function entryPart({ specifier, file }: Entry, source: ts.SourceFile | undefined, page: Page): string {
  const { checker, anchors, shown } = page
  const module = source === undefined ? undefined : checker.getSymbolAtLocation(source)
  if (source === undefined || module === undefined) throw new Error(`${file} is no module`)
  const all = checker.getExportsOfModule(module).map((symbol) => resolved(symbol, checker))
  const fresh = all.filter(({ symbol }) => !shown.has(symbol))
  const ordered = [...fresh.filter(({ symbol }) => isValue(symbol)), ...fresh.filter(({ symbol }) => !isValue(symbol))]
  for (const { name, symbol } of ordered) shown.set(symbol, anchors.add(name))
  const links = new Map(all.map(({ name, symbol }) => [name, shown.get(symbol) ?? '']))
  const themes = themesOf(source)
  const also = all.filter((each) => !fresh.includes(each)).map(({ name }) => `\`${name}\``)
  return [
    `## \`import … from '${specifier}'\`\n`,
    ...(themes.length === 0 ? [] : [contentsList(themes, (name) => links.get(name) ?? '')]),
    ...(also.length === 0 || themes.length > 0 ? [] : [`Also here, and shown above: ${also.join(', ')}.\n`]),
    ...ordered.map((each) => symbolPart(each, checker)),
  ].join('\n')
}

interface Exported {
  readonly name: string
  readonly symbol: ts.Symbol
}

function resolved(symbol: ts.Symbol, checker: ts.TypeChecker): Exported {
  const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0
  return { name: symbol.name, symbol: isAlias ? checker.getAliasedSymbol(symbol) : symbol }
}

function symbolPart({ name, symbol }: Exported, checker: ts.TypeChecker): string {
  const doc = docOf(symbol)
  return [
    `### \`${name}\`\n`,
    ...(doc === '' ? [] : [`${doc}\n`]),
    `\`\`\`ts\n${declarationText(symbol, checker)}\n\`\`\`\n`,
  ].join('\n')
}
