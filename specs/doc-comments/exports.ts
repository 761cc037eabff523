/** What a package exports: from each of its entries through every `export … from` to the file that declares it. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A declaration that a user of the package can import. */
export interface Exported {
  readonly name: string
  readonly file: string
  /** A doc comment stands directly above it; a remark to lint may stand between. */
  readonly isExplained: boolean
}

const KINDS = 'interface|type|class|abstract class|const|let|enum|(?:async )?function\\*?'

/** The files of a package that its `package.json` lets others import, under the condition of its sources. */
export function entriesOf(folder: string): readonly string[] {
  const { exports = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly exports?: Readonly<Record<string, { readonly '@refold/source'?: string }>>
  }
  return Object.values(exports)
    .flatMap((conditions) => conditions['@refold/source'] ?? [])
    .map((path) => join(folder, path))
}

/** Every export of an entry, each where it is declared. */
export function exportsOf(entry: string): readonly Exported[] {
  const text = readFileSync(entry, 'utf8')
  return [...declaredIn(entry, text), ...namedFrom(entry, text), ...allFrom(entry, text)]
}

function declaredIn(file: string, text: string): readonly Exported[] {
  const declarations = text.matchAll(new RegExp(`^export (?:declare )?(?:${KINDS}) ([\\w$]+)`, 'gm'))
  return [...declarations].map(({ 1: name = '', index }) => ({
    name,
    file,
    isExplained: isExplained(text.slice(0, index)),
  }))
}

function isExplained(before: string): boolean {
  return /\/\*\*(?:(?!\*\/)[^])*(?!\*\/)\S(?:(?!\*\/)[^])*\*\/\n(?:\/\/.*\n)*$/.test(before)
}

/** `export { a, b as c } from './file.js'`, of types too. */
function namedFrom(file: string, text: string): readonly Exported[] {
  return [...text.matchAll(/^export (?:type )?\{([^}]*)\} from '(\.[^']+)\.js'/gm)].flatMap(
    ([, names = '', path = '']) => {
      const there = exportsOf(join(dirname(file), `${path}.ts`))
      return names
        .split(',')
        .map((name) =>
          name
            .trim()
            .replace(/^type /, '')
            .replace(/ as .*$/, ''),
        )
        .filter((name) => name !== '')
        .map(
          (name) =>
            there.find((exported) => exported.name === name) ?? { name, file: `${path}.ts`, isExplained: false },
        )
    },
  )
}

/** `export * from './file.js'`. */
function allFrom(file: string, text: string): readonly Exported[] {
  return [...text.matchAll(/^export (?:type )?\* from '(\.[^']+)\.js'/gm)].flatMap(([, path = '']) =>
    exportsOf(join(dirname(file), `${path}.ts`)),
  )
}
