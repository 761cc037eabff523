/** Reads what packages bring along. A file that is missing or broken is an answer, not an error. */
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** The members of package.json that the review looks at. Anyone may have written it: each may be anything. */
export interface Manifest {
  readonly name?: unknown
  readonly version?: unknown
  readonly license?: unknown
  readonly licenses?: unknown
  readonly scripts?: unknown
}

/** The JSON object in a file; `undefined` when there is none. */
export async function readJson<T extends object>(file: string): Promise<T | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'))
    // The caller's type says which members it looks at; each of them is `unknown` there.
    return typeof value === 'object' && value !== null ? (value as T) : undefined
  } catch {
    return undefined
  }
}

/** The manifest of the package in a directory. */
export function readManifest(directory: string): Promise<Manifest | undefined> {
  return readJson<Manifest>(join(directory, 'package.json'))
}

/** The text of the first file in the directory whose name fits; `undefined` when there is none. */
export async function readFirst(directory: string, fits: RegExp): Promise<string | undefined> {
  const names = await readdir(directory).catch(() => [])
  const name = names.toSorted((a, b) => (a < b ? -1 : 1)).find((candidate) => fits.test(candidate))
  return name === undefined ? undefined : readFile(join(directory, name), 'utf8').catch(() => undefined)
}

/** Maps in groups, so that a thousand packages do not open a thousand files at once. In the order of the items. */
export async function mapInGroups<T, R>(items: readonly T[], map: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const group = 32
  for (let from = 0; from < items.length; from += group)
    results.push(...(await Promise.all(items.slice(from, from + group).map(map))))
  return results
}
