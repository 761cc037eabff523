/**
 * The files that the page is made of. They are read once, and asked for by their names alone: no path of a request ever reaches the
 * file system.
 */
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, extname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { refused } from './refusals.js'

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
}

export interface PageFile {
  readonly type: string
  readonly bytes: Buffer
}

/** Where the build writes the page: this file may stand in sources, in an entry of `dist`, or in what entries share. */
export function builtPageDirectory(): string {
  let directory = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(directory, 'package.json')) && directory !== dirname(directory))
    directory = dirname(directory)
  return join(directory, 'dist', 'page')
}

export class PageFiles {
  readonly #directory: string
  #files: Promise<ReadonlyMap<string, PageFile>> | undefined

  constructor(directory: string) {
    this.#directory = directory
  }

  /** The file of a path, which for a view of the page is its one document. Rejects with what the request is refused with. */
  async find(path: string): Promise<PageFile> {
    this.#files ??= readFiles(this.#directory)
    const files = await this.#files.catch(() => new Map<string, PageFile>())
    const page = files.get('/index.html')
    if (page === undefined) {
      this.#files = undefined // it may be built yet
      throw refused(503, 'NOT_FOUND', 'the page of the inspector is not built', 'npm run build writes it.')
    }
    const found = files.get(path)
    if (found !== undefined) return found
    if (isView(path)) return page
    throw refused(404, 'NOT_FOUND', 'there is no such file')
  }
}

/** A word, or an agent by its name, which may hold anything. */
function isView(path: string): boolean {
  return path.startsWith('/a/') || /^\/[a-z-]*$/.test(path)
}

async function readFiles(directory: string): Promise<ReadonlyMap<string, PageFile>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.flatMap((entry) => {
    const type = TYPES[extname(entry.name)]
    return entry.isFile() && type !== undefined ? [{ file: join(entry.parentPath, entry.name), type }] : []
  })
  const read = files.map(async ({ file, type }) => {
    const path = `/${relative(directory, file).split(sep).join('/')}`
    return [path, { type, bytes: await readFile(file) }] as const
  })
  return new Map(await Promise.all(read))
}
