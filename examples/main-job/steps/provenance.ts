/** Step 7: what the lock file says of where packages come from, and whether what is installed is what it names. */
import { join } from 'node:path'
import { idOf } from '../findings.js'
import type { Provenance } from '../findings.js'
import { readJson } from '../package-files.js'
import type { PackagesInput } from './licences.js'

interface Lockfile {
  readonly packages?: Readonly<Record<string, LockedPackage>>
}
interface LockedPackage {
  readonly version?: unknown
  readonly resolved?: unknown
  readonly integrity?: unknown
  readonly inBundle?: unknown
}

/** Understands npm's lock files (version 2 and 3); with none, everything is `notInLockfile`. */
export async function findProvenance({ directory, packages }: PackagesInput): Promise<Provenance> {
  const { file, locked } = await readLockfile(directory)
  const installed = packages.filter(({ isLink }) => !isLink)
  const entries = installed.flatMap((found) => {
    const entry = locked[found.path]
    return entry === undefined ? [] : [{ id: idOf(found), version: found.version, entry, source: sourceOf(entry) }]
  })
  // What came inside another package's archive is covered by that package's hash; git and file sources have none.
  const hashed = entries.filter(({ entry, source }) => entry.inBundle !== true && source !== 'git' && source !== 'file')
  const ids = (chosen: readonly { id: string }[]): string[] => chosen.map(({ id }) => id)
  return {
    lockfile: file,
    withIntegrity: hashed.filter(({ entry }) => typeof entry.integrity === 'string').length,
    withoutIntegrity: ids(hashed.filter(({ entry }) => typeof entry.integrity !== 'string')),
    weakIntegrity: ids(
      hashed.filter(({ entry }) => typeof entry.integrity === 'string' && !/sha(256|384|512)-/.test(entry.integrity)),
    ),
    sources: countSources(entries.map(({ source }) => source)),
    fromGit: ids(entries.filter(({ source }) => source === 'git')),
    notInLockfile: installed.filter(({ path }) => locked[path] === undefined).map(idOf),
    otherVersion: entries
      .filter(({ entry, version }) => typeof entry.version === 'string' && entry.version !== version)
      .map(({ id, entry }) => `${id} (locked: ${String(entry.version)})`),
  }
}

async function readLockfile(
  directory: string,
): Promise<{ file: string | null; locked: Readonly<Record<string, LockedPackage>> }> {
  for (const file of ['npm-shrinkwrap.json', 'package-lock.json']) {
    const lockfile = await readJson<Lockfile>(join(directory, file))
    if (lockfile?.packages !== undefined) return { file, locked: lockfile.packages }
  }
  return { file: null, locked: {} }
}

function sourceOf({ resolved }: LockedPackage): string {
  if (typeof resolved !== 'string') return 'not named'
  if (/^git[+:]/.test(resolved)) return 'git'
  return URL.canParse(resolved) && resolved.startsWith('http') ? new URL(resolved).host : 'file'
}

function countSources(sources: readonly string[]): Provenance['sources'] {
  const counts = new Map<string, number>()
  for (const source of sources) counts.set(source, (counts.get(source) ?? 0) + 1)
  return [...counts]
    .map(([source, count]) => ({ source, count }))
    .toSorted((a, b) => b.count - a.count || (a.source < b.source ? -1 : 1))
}
