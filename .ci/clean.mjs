/** Deletes what builds leave behind. */
import { readdirSync, rmSync } from 'node:fs'

const root = new URL('../', import.meta.url)
const packages = readdirSync(new URL('packages', root)).map((name) => `packages/${name}`)
for (const project of [...packages, 'specs', 'examples', 'docs/tool']) {
  rmSync(new URL(`${project}/dist`, root), { recursive: true, force: true })
}
