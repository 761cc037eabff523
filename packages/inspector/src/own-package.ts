/** This package as it is installed. */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RefoldError } from '@refold/core/record'

const NAME = '@refold/inspector'

export interface OwnPackage {
  readonly version: string
  /** Where the page was built to. */
  readonly page: string
}

/** Of a bundle in CommonJS no URL is known. */
export function ownFile(): string {
  const url = import.meta.url as string | undefined
  return url === undefined ? __filename : fileURLToPath(url)
}

/**
 * Found from this file upwards, as it may be a part of a bundle of this package; of a program that was bundled with all that it uses,
 * where the package is installed beside it. Throws `NOT_FOUND`.
 */
export function ownPackage(): OwnPackage {
  const found = packageAbove(ownFile()) ?? packageAbove(installedFile())
  if (found !== undefined) return found
  throw new RefoldError('NOT_FOUND', 'the page of the inspector is not where this program can find it', {
    hint: `Its files are no code: leave ${NAME} out of the bundle (as an external module), and install it where the program runs.`,
  })
}

function packageAbove(file: string | undefined): OwnPackage | undefined {
  if (file === undefined) return undefined
  for (let folder = dirname(file), last = file; folder !== last; last = folder, folder = dirname(folder)) {
    const description = join(folder, 'package.json')
    if (!existsSync(description)) continue
    const { name, version } = JSON.parse(readFileSync(description, 'utf8')) as Record<'name' | 'version', string>
    if (name === NAME) return { version, page: join(folder, 'dist', 'page') }
  }
  return undefined
}

function installedFile(): string | undefined {
  try {
    return createRequire(ownFile()).resolve(NAME)
  } catch {
    return undefined
  }
}
