/** The packages of the peers: installed when they are first needed, from their own lock file, beside it and nowhere else. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Peer } from './peers.js'

const FOLDER = fileURLToPath(new URL('../../peers/', import.meta.url))
const MODULES = join(FOLDER, 'node_modules')
/** What was installed, and for which Node: native modules are compiled. */
const INSTALLED = join(MODULES, '.installed-for-bench')

/** `undefined` when they are there; otherwise why not. Takes minutes where native modules have to be compiled. */
export function installPeers(): string | undefined {
  const wanted = `Node ${process.versions.modules}\n${readFileSync(join(FOLDER, 'package-lock.json'), 'utf8')}`
  if (existsSync(INSTALLED) && readFileSync(INSTALLED, 'utf8') === wanted) return undefined
  process.stderr.write('installing the peers (once; native modules may be compiled for some minutes)\n')
  const { status, stderr } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: FOLDER,
    encoding: 'utf8',
    env: environment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  if (status !== 0) return `npm ci failed in packages/bench/peers: ${stderr.trim().split('\n').at(-1) ?? ''}`
  writeFileSync(INSTALLED, wanted)
  return undefined
}

/** The version that is installed. */
export function versionOf({ of, isInstalledApart }: Peer): string {
  const from = isInstalledApart ? join(FOLDER, 'package.json') : import.meta.url
  const paths = createRequire(from).resolve.paths(of) ?? []
  const manifest = paths.map((path) => join(path, of, 'package.json')).find((path) => existsSync(path))
  if (manifest === undefined) return ''
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}

/** Without the settings of the npm that runs the bench. node-gyp takes the headers that came with this Node, if they did. */
function environment(): NodeJS.ProcessEnv {
  const prefix = resolve(dirname(process.execPath), '..')
  const hasHeaders = existsSync(join(prefix, 'include', 'node', 'node.h'))
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^npm_(?!config_registry|config_nodedir)/i.test(name),
  )
  return {
    ...(hasHeaders ? { npm_config_nodedir: prefix } : {}),
    ...Object.fromEntries(inherited),
    SCARF_ANALYTICS: 'false',
  }
}
