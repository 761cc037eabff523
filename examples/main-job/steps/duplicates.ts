/** Step 6: what is installed more than once. */
import type { Duplicates, InstalledPackage } from '../findings.js'

/** Most copies first. */
export function findDuplicates({ packages }: { packages: readonly InstalledPackage[] }): Duplicates {
  const byName = new Map<string, InstalledPackage[]>()
  for (const found of packages) {
    if (!found.isLink) byName.set(found.name, [...(byName.get(found.name) ?? []), found])
  }
  const found = [...byName].map(([name, copies]) => ({
    name,
    versions: [...new Set(copies.map(({ version }) => version))].toSorted(),
    copies: copies.length,
  }))
  return {
    packages: found
      .filter(({ copies }) => copies > 1)
      .toSorted((a, b) => b.copies - a.copies || (a.name < b.name ? -1 : 1)),
  }
}
