/** This package as it is installed. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface OwnPackage {
  readonly version: string
  /** Where the page was built to. */
  readonly page: string
}

/** Found from this file upwards: it may be a part of a bundle. */
export function ownPackage(): OwnPackage {
  let folder = new URL('.', import.meta.url)
  while (!existsSync(new URL('package.json', folder))) folder = new URL('..', folder)
  const { version } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as { readonly version: string }
  return { version, page: fileURLToPath(new URL('dist/page', folder)) }
}
