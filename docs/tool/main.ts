/** `npm run docs` writes the API reference into `docs/api`; with `--check` it only says whether that would change it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { apiReference } from './api-reference.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const folder = join(root, 'docs/api')
const pages = apiReference(root)
const present = existsSync(folder) ? readdirSync(folder) : []

if (process.argv.includes('--check')) {
  const names = new Set([...pages.keys(), ...present])
  const differing = [...names].filter((name) => pages.get(name) !== textOf(name)).toSorted()
  if (differing.length > 0) {
    console.error(`docs/api is not what the doc comments say: ${differing.join(', ')}. Run \`npm run docs\`.`)
    process.exitCode = 1
  }
} else {
  mkdirSync(folder, { recursive: true })
  for (const name of present) if (!pages.has(name)) rmSync(join(folder, name))
  for (const [name, text] of pages) writeFileSync(join(folder, name), text)
}

function textOf(name: string): string | undefined {
  return present.includes(name) ? readFileSync(join(folder, name), 'utf8') : undefined
}
