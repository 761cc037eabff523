/**
 * Step 4: when the installed versions were published, as far as that is known without asking anyone. File times do not
 * tell: npm sets them to the time of the installation or to one fixed day. What is left is the change log that some
 * packages ship, where it gives a day for the installed version.
 */
import { join } from 'node:path'
import { idOf } from '../findings.js'
import type { Ages } from '../findings.js'
import { mapInGroups, readFirst } from '../package-files.js'
import type { PackagesInput } from './licences.js'

/** Oldest first. */
export async function findAges({ directory, packages }: PackagesInput): Promise<Ages> {
  const installed = packages.filter(({ isLink, version }) => !isLink && version !== '')
  const days = await mapInGroups(installed, async (found) => {
    const log = await readFirst(join(directory, found.path), /^(changelog|history|changes)(\.|$)/i)
    return { id: idOf(found), day: log === undefined ? undefined : dayOf(found.version, log) }
  })
  const known = days.flatMap(({ id, day }) => (day === undefined ? [] : [{ id, day }]))
  known.sort((a, b) => (a.day === b.day ? (a.id < b.id ? -1 : 1) : a.day < b.day ? -1 : 1))
  return { known, unknown: installed.length - known.length }
}

/** The day in the heading of the version: `## 1.2.3 (2024-05-06)`, `## [1.2.3] - 2024-05-06`, `1.2.3 / 2024-05-06`. */
export function dayOf(version: string, log: string): string | undefined {
  const heading = log.split('\n').find((line) => {
    const [first] = line.replace(/^#+\s*/, '').match(/^\W*v?\d+\.\d+\.\d+[\w.+-]*/) ?? []
    return first !== undefined && first.replace(/^\W*v?/, '') === version
  })
  const day = heading?.match(/\b(\d{4}-\d{2}-\d{2})\b/)?.[1]
  return day !== undefined && !Number.isNaN(Date.parse(day)) ? day : undefined
}
