/** The links of Markdown pages: whether the file, the heading and the guarantee that they name are there. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { guaranteesOf } from '../traceability/guarantees.js'

const LINK = /\[((?:[^[\]]|\[[^\]]*\])*)\]\((?!https?:|mailto:)([^()\s]+)\)/g
const CODE = /^```.*?^```$|`[^`\n]*`/gms
const GUARANTEE_ID = /^[A-Z]{2,5}-\d+$/

/** Every Markdown page of the repository that a user reads, and `llms.txt`. */
export function pagesOf(root: string): readonly string[] {
  const folders = ['docs', 'specs', 'packages', 'examples'].flatMap((folder) => pagesBelow(join(root, folder)))
  const top = readdirSync(root).filter((name) => name.endsWith('.md') || name === 'llms.txt')
  return [...top.map((name) => join(root, name)), ...folders]
}

function pagesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist') return []
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return pagesBelow(path)
    return entry.name.endsWith('.md') ? [path] : []
  })
}

/** What is wrong with the links of a page, one line each. */
export function brokenLinksOf(page: string, root: string): readonly string[] {
  const text = readFileSync(page, 'utf8').replaceAll(/^```.*?^```$/gms, '')
  return [...text.matchAll(LINK)].flatMap(([, label = '', target = '']) => {
    const problem = problemOf({ label, target }, page)
    return problem === undefined ? [] : [`${relative(root, page)}: [${label}](${target}) ${problem}`]
  })
}

function problemOf(
  { label, target }: { readonly label: string; readonly target: string },
  page: string,
): string | undefined {
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? page : join(dirname(page), path)
  if (!existsSync(file)) return 'names no file'
  if (anchor !== undefined && !anchorsOf(file).has(anchor)) return 'names no heading'
  if (GUARANTEE_ID.test(label) && !idsOf(file).has(label)) return 'names a page that does not have this guarantee'
  return undefined
}

function idsOf(file: string): ReadonlySet<string> {
  return new Set(guaranteesOf(readFileSync(file, 'utf8'), file).map(({ id }) => id))
}

/** As GitHub makes them. */
function anchorsOf(file: string): ReadonlySet<string> {
  if (statSync(file).isDirectory()) return new Set()
  const headings = [
    ...readFileSync(file, 'utf8')
      .replaceAll(/^```.*?^```$/gms, '')
      .matchAll(/^#+ (.+)$/gm),
  ]
  const counts = new Map<string, number>()
  const anchors = headings.map(([, heading = '']) => {
    const anchor = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-')
    const before = counts.get(anchor) ?? 0
    counts.set(anchor, before + 1)
    return before === 0 ? anchor : `${anchor}-${before}`
  })
  return new Set(anchors)
}

/** The ids that a page mentions outside of code, of the kinds that there are. */
export function mentionedIdsOf(page: string, kinds: ReadonlySet<string>): readonly string[] {
  const text = readFileSync(page, 'utf8').replaceAll(CODE, '')
  return [...text.matchAll(/\b([A-Z]{2,5})-\d+\b/g)].filter(([, kind = '']) => kinds.has(kind)).map(([id]) => id)
}
