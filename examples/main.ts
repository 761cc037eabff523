/** `npm run example -- 01`: runs one of the examples; without a number it lists them. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = new URL('.', import.meta.url)
const names = readdirSync(here).filter((name) => /^\d\d-/.test(name) && existsSync(new URL(`${name}/main.js`, here)))

const [number, ...rest] = process.argv.slice(2)
const chosen = number === undefined ? undefined : names.find((name) => name.startsWith(number))

if (chosen !== undefined) {
  const { status } = spawnSync(process.execPath, [pathOf(chosen), ...rest], { stdio: 'inherit' })
  process.exitCode = status ?? 1
} else {
  if (number !== undefined) console.error(`there is no example '${number}'`)
  console.log(['npm run example -- NUMBER', ...names.map((name) => `  ${titleOf(name)}`)].join('\n'))
  process.exitCode = number === undefined ? 0 : 2
}

function pathOf(name: string): string {
  return fileURLToPath(new URL(`${name}/main.js`, here))
}

/** The head of its `agent.ts`, up to the first full stop: `01 A first agent: …`. */
function titleOf(name: string): string {
  const source = readFileSync(new URL(`${name}/agent.js`, here), 'utf8')
  const [, title = name] = source.match(/^\/\*\*\s*\*?\s*([^.?]+)[.?]/) ?? []
  return title.replaceAll(/\s*\n\s*\*\s*/g, ' ')
}
