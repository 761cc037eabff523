/** Step 5: how much of the disk it takes. The longest step: it looks at every file. */
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { idOf } from '../findings.js'
import type { Sizes } from '../findings.js'
import { mapInGroups } from '../package-files.js'
import type { PackagesInput } from './licences.js'

/** Bytes of content, as `ls` says them; packages inside packages count for themselves. Stops when the signal aborts. */
export async function measureSizes(
  { directory, packages }: PackagesInput,
  { signal }: { signal: AbortSignal },
): Promise<Sizes> {
  const installed = packages.filter(({ isLink }) => !isLink)
  const sizes = await mapInGroups(installed, async (found) => {
    signal.throwIfAborted()
    return { id: idOf(found), ...(await sizeOf(join(directory, found.path))) }
  })
  const largest = sizes.toSorted((a, b) => b.bytes - a.bytes || (a.id < b.id ? -1 : 1)).slice(0, 10)
  return { bytes: sum(sizes.map(({ bytes }) => bytes)), files: sum(sizes.map(({ files }) => files)), largest }
}

async function sizeOf(folder: string): Promise<{ bytes: number; files: number }> {
  let bytes = 0
  let files = 0
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      if (entry.name === 'node_modules') continue
      const below = await sizeOf(path)
      bytes += below.bytes
      files += below.files
    } else if (entry.isFile()) {
      bytes += (await lstat(path)).size
      files += 1
    }
  }
  return { bytes, files }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
