/** Step 3: which packages run code of their own when they are installed. */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { idOf } from '../findings.js'
import type { Scripts } from '../findings.js'
import { mapInGroups, readManifest } from '../package-files.js'
import type { PackagesInput } from './licences.js'

const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall']

/** npm also compiles a package that has a `binding.gyp` and no install script of its own. */
export async function findScripts({ directory, packages }: PackagesInput): Promise<Scripts> {
  const found = await mapInGroups(packages, async (candidate) => {
    const folder = join(directory, candidate.path)
    const scripts = (await readManifest(folder))?.scripts
    const names =
      typeof scripts === 'object' && scripts !== null ? INSTALL_SCRIPTS.filter((name) => name in scripts) : []
    const compiles =
      !names.includes('install') && !names.includes('preinstall') && (await exists(join(folder, 'binding.gyp')))
    return { id: idOf(candidate), scripts: compiles ? [...names, 'binding.gyp'] : names }
  })
  return { packages: found.filter(({ scripts }) => scripts.length > 0) }
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
