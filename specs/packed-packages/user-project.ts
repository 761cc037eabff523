/**
 * A project of a user, in a directory outside of the repository: the packages as they would be published, installed from
 * their tarballs with everything that they ask for.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, workspacePackages } from '../packages/package-files.js'

export interface UserProject {
  readonly directory: string
  /** What each tarball contains, by the name of its package. */
  readonly packed: ReadonlyMap<string, readonly string[]>
  dispose(): void
}

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** npm's codes for a registry that cannot be reached, or does not answer us. */
const OUT_OF_REACH =
  /npm error code (ENOTFOUND|EAI_AGAIN|ECONN\w+|E\w*TIMEDOUT|ERR_SOCKET_TIMEOUT|E\w+UNREACH|E40[137]|E5\d\d)/

/** The project; or why there is none: the packages' own dependencies come from a registry. Throws when npm refuses what we packed. */
export function installPacked(): UserProject | { readonly outOfReach: string } {
  const directory = mkdtempSync(join(tmpdir(), 'refold-user-'))
  const dispose = (): void => rmSync(directory, { recursive: true, force: true })
  const tarballs = join(directory, 'tarballs')
  mkdirSync(tarballs)
  const packed = pack(tarballs)
  writeFileSync(join(directory, 'package.json'), '{ "name": "a-project", "private": true, "type": "module" }\n')
  const files = readdirSync(tarballs).map((name) => join(tarballs, name))
  // The peers first: where there is no registry, npm would call them a conflict with what asks for them.
  for (const wanted of [peersToInstall(), files]) {
    const { status, stderr } = npm(['install', ...INSTALL_OPTIONS, ...wanted], { cwd: directory })
    if (status === 0) continue
    dispose()
    const [outOfReach] = OUT_OF_REACH.exec(stderr) ?? []
    if (outOfReach !== undefined) return { outOfReach }
    throw new Error(`npm install failed:\n${stderr}`)
  }
  linkDriver(directory)
  return { directory, packed, dispose }
}

/** Compiles the project's TypeScript with the repository's compiler. */
export function compile(directory: string, compilerOptions: object): Ended {
  const options = { typeRoots: [join(root, 'node_modules/@types')], types: ['node'], outDir: 'out', ...compilerOptions }
  writeFileSync(
    join(directory, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: options, include: ['*.ts', '*.mts'] }),
  )
  return runNode([join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'], { cwd: directory })
}

/** Runs a program to its end. */
export function runNode(args: readonly string[], { cwd }: { readonly cwd: string }): Ended {
  return spawnSync(process.execPath, args, { cwd, encoding: 'utf8', env: plainEnvironment() })
}

/** Runs a line of a shell to its end. */
export function runShell(line: string, { cwd }: { readonly cwd: string }): Ended {
  return spawnSync('sh', ['-c', line], { cwd, encoding: 'utf8', env: plainEnvironment() })
}

/** As in a terminal of the user: nothing of the runner's own settings, and no server by accident. */
function plainEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: process.env['HOME'] }
}

/** Without install scripts and without better-sqlite3, which would be compiled: a minute and a half. */
const INSTALL_OPTIONS = [
  '--ignore-scripts',
  '--omit=optional',
  '--prefer-offline',
  '--no-audit',
  '--no-fund',
  '--no-package-lock',
  '--fetch-retries=0',
]

function pack(tarballs: string): ReadonlyMap<string, readonly string[]> {
  const workspaces = workspacePackages().flatMap(({ folder }) => ['-w', folder])
  const { status, stdout, stderr } = npm(
    ['pack', '--json', '--ignore-scripts', '--pack-destination', tarballs, ...workspaces],
    { cwd: root },
  )
  if (status !== 0) throw new Error(`npm pack failed:\n${stderr}`)
  const reports = Object.values(JSON.parse(stdout) as Record<string, PackReport>)
  return new Map(reports.map(({ name, files }) => [name, files.map(({ path }) => path)]))
}

interface PackReport {
  readonly name: string
  readonly files: readonly { readonly path: string }[]
}

/** What the READMEs tell to install beside the packages, in the versions that they ask for, or are tested with. */
function peersToInstall(): readonly string[] {
  return workspacePackages().flatMap(({ directory, manifest }) => {
    const readme = readFileSync(join(directory, 'README.md'), 'utf8')
    const [, told = ''] = /^npm install (.*)$/m.exec(readme) ?? []
    const tested = Object.entries(manifest.devDependencies ?? {}).filter(([name]) => told.split(' ').includes(name))
    return [...tested, ...Object.entries(manifest.peerDependencies ?? {})].map(([name, range]) => `${name}@${range}`)
  })
}

/** The repository's compiled driver stands in for the one that was not compiled. */
function linkDriver(directory: string): void {
  symlinkSync(join(root, 'node_modules/better-sqlite3'), join(directory, 'node_modules/better-sqlite3'))
}

function npm(args: readonly string[], { cwd }: { readonly cwd: string }): Ended {
  return spawnSync('npm', args, { cwd, encoding: 'utf8', env: npmEnvironment(), maxBuffer: 64 * 1024 * 1024 })
}

/** Settings of an npm that runs these tests are not the user's; the registry is. */
function npmEnvironment(): NodeJS.ProcessEnv {
  const ours = /^npm_(config_(local_prefix|workspace.*|omit_lockfile.*|allow_scripts)|package_.*|lifecycle_.*)$/i
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)))
}
