/** Step 1: what is installed. Walks node_modules as Node does, nested ones too. */
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { InstalledPackage, Inventory } from '../findings.js'
import { readManifest } from '../package-files.js'

/** Throws when the directory has no node_modules. Sorted by path. */
export async function takeInventory({ directory }: { directory: string }): Promise<Inventory> {
  const manifest = await readManifest(directory)
  const packages: InstalledPackage[] = []
  const unreadable: string[] = []
  await walk('node_modules')
  packages.sort((a, b) => (a.path < b.path ? -1 : 1))
  return {
    project: typeof manifest?.name === 'string' ? manifest.name : basename(directory),
    packages,
    unreadable: unreadable.toSorted(),
  }

  async function walk(modules: string): Promise<void> {
    for (const entry of await readdir(join(directory, modules), { withFileTypes: true })) {
      const path = `${modules}/${entry.name}`
      if (entry.name.startsWith('.')) continue
      if (entry.isDirectory() && entry.name.startsWith('@')) await walk(path)
      else if (entry.isDirectory() || entry.isSymbolicLink()) await add(path, entry.isSymbolicLink())
    }
  }

  async function add(path: string, isLink: boolean): Promise<void> {
    const found = await readManifest(join(directory, path))
    if (typeof found?.name !== 'string') unreadable.push(path)
    else
      packages.push({ path, name: found.name, version: typeof found.version === 'string' ? found.version : '', isLink })
    const nested = `${path}/node_modules`
    if (!isLink && (await isDirectory(join(directory, nested)))) await walk(nested)
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return readdir(path).then(
    () => true,
    () => false,
  )
}
