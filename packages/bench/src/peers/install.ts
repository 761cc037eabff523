/** The packages of the peers: installed when they are first needed, from their own lock file, beside it and nowhere else. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Peer } from './peers.js'

const FOLDER = fileURLToPath(new URL('../../peers/', import.meta.url))
const MODULES = join(FOLDER, 'node_modules')

/** Why the packages of a peer are not there; `undefined` when they are. The first time it takes minutes. */
export function installFor({ isInstalledApart, native }: Peer): string | undefined {
  if (!isInstalledApart) return undefined
  const lockFile = readFileSync(join(FOLDER, 'package-lock.json'), 'utf8')
  const missing = once('installed', lockFile, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'])
  if (missing !== undefined || native === undefined) return missing
  return once(`built-${native}`, `Node ${process.versions.modules}`, ['rebuild', native])
}

/** Runs npm in the folder, unless it was run so before for the same. */
function once(what: string, of: string, args: readonly string[]): string | undefined {
  const marker = join(MODULES, `.${what}`)
  if (existsSync(marker) && readFileSync(marker, 'utf8') === of) return undefined
  const command = `npm ${args.join(' ')}`
  process.stderr.write(`${command} in packages/bench/peers, once\n`)
  const { status, stderr } = spawnSync('npm', [...args, '--loglevel=error'], {
    cwd: FOLDER,
    encoding: 'utf8',
    env: environment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  if (status === 0) writeFileSync(marker, of)
  return status === 0 ? undefined : `${command} failed: ${errorIn(stderr)}`
}

function errorIn(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => /error|ERR!/i.test(line))
  return lines.findLast((line) => !line.includes('complete log')) ?? stderr.trim()
}

/** The version that is installed. */
export function versionOf({ of, isInstalledApart }: Peer): string {
  const from = isInstalledApart ? join(FOLDER, 'package.json') : import.meta.url
  const paths = createRequire(from).resolve.paths(of) ?? []
  const manifest = paths.map((path) => join(path, of, 'package.json')).find((path) => existsSync(path))
  if (manifest === undefined) return ''
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}

/** Without the settings of the npm that runs the bench, which may be of another Node: the headers that came with this one are taken. */
function environment(): NodeJS.ProcessEnv {
  const prefix = resolve(dirname(process.execPath), '..')
  const hasHeaders = existsSync(join(prefix, 'include', 'node', 'node.h'))
  const isOfNpm = (name: string): boolean => /^npm_/i.test(name) && !/^npm_config_(registry|nodedir)$/i.test(name)
  const inherited = Object.entries(process.env).filter(([name]) => !isOfNpm(name))
  return { ...Object.fromEntries(inherited), ...(hasHeaders ? { npm_config_nodedir: prefix } : {}) }
}
