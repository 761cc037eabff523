/** The notices of the packages whose code stands in the bundled page. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** `modules`: files as the bundler names them. Throws when a package has no licence beside it. */
export function licenceText(modules: readonly string[]): string {
  const directories = new Set(modules.flatMap((file) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []))
  return `${[...directories].toSorted().map(notice).join('\n\n')}\n`
}

function notice(directory: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
    readonly name: string
    readonly version: string
    readonly license: string
  }
  const file = readdirSync(directory).find((entry) => /^licen[cs]e/i.test(entry))
  if (file === undefined) throw new Error(`${name} has no licence beside it: ${directory}`)
  return `${name} ${version} (${license})\n\n${readFileSync(join(directory, file), 'utf8').trim()}`
}
