/** Fleets for tests: a project in a directory of its own, and the real command in real processes. `npm run build` comes first. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { FleetEvent } from './up/fleet-events.js'

/** The built command. */
export const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const moduleUrl = (name: string): string => new URL(`../../${name}/dist/index.js`, import.meta.url).href

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** One line of the file that the bodies write themselves. */
export interface Body {
  readonly key: string
  readonly what: 'begun' | 'ended'
  readonly pid: number
}

export interface Project {
  readonly directory: string
  /** Runs a command to its end. */
  run(...args: string[]): Promise<Ended>
  /** The same, while it goes on. */
  begin(...args: string[]): ChildProcess
  /** The same, with a file for its standard output. */
  runInto(file: string, ...args: string[]): Promise<Ended>
  up(...args: string[]): Fleet
  /** `up` as a mere process: its output is the caller's to read. */
  upUnread(...args: string[]): ChildProcess
  bodies(): readonly Body[]
  remove(): void
}

export interface Fleet {
  readonly child: ChildProcess
  readonly events: readonly FleetEvent[]
  readonly ended: Promise<Ended>
  /** The first event, past or to come, that fits. Rejects when the fleet ends before. */
  event<T extends FleetEvent['type']>(
    type: T,
    fits?: (event: Extract<FleetEvent, { type: T }>) => boolean,
  ): Promise<Extract<FleetEvent, { type: T }>>
}

/**
 * A definition `plan` of ten steps, each `input.ms` long. `poison` makes the third step end its process, `spin` never gives
 * the event loop back, `child` starts a process that outlives its worker, `talks` prints and sends on the channel of the process. The bodies write what they do
 * to a file of their own.
 */
const CONFIG = `
import { defineAgent, effect } from ${JSON.stringify(moduleUrl('core'))}
import { sqliteStore } from ${JSON.stringify(moduleUrl('sqlite'))}
import { assign, setup } from ${JSON.stringify(import.meta.resolve('xstate'))}
import { spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'

const note = (key, what) => appendFileSync(new URL('bodies.jsonl', import.meta.url), JSON.stringify({ key, what, pid: process.pid }) + '\\n')
const machine = setup({
  actors: {
    work: effect(async ({ input, key, signal }) => {
      note(key, 'begun')
      if (input.poison && input.step === 3) process.kill(process.pid, 'SIGKILL')
      if (input.spin) for (;;);
      if (input.child) spawn('sleep', ['30'], { stdio: 'inherit' })
      if (input.talks) process.send(null)
      if (input.talks) setInterval(() => console.log('still here'), 5).unref()
      await new Promise((resolve, reject) => {
        setTimeout(resolve, input.ms)
        signal.addEventListener('abort', () => reject(signal.reason))
      })
      note(key, 'ended')
      return input.step
    }),
  },
}).createMachine({
  context: ({ input }) => ({ step: 1, ms: 10, ...input }),
  initial: 'working',
  states: {
    working: {
      always: { guard: ({ context }) => context.step > 10, target: 'done' },
      invoke: {
        src: 'work',
        input: ({ context }) => context,
        onDone: { target: 'working', reenter: true, actions: assign({ step: ({ context }) => context.step + 1 }) },
      },
    },
    done: { type: 'final' },
  },
})
export default {
  agents: [defineAgent({ name: 'plan', version: 1, machine })],
  store: () => sqliteStore(new URL('agents.db', import.meta.url).pathname),
  workers: 2,
}
`
/** What a flooding worker prints or sends at each turn, by name. */
const FLOOD_TURNS = {
  'a line without an end': "() => written(process.stdout, 'x'.repeat(1e6))",
  'lines without number': "() => written(process.stdout, ('x'.repeat(99) + '\\n').repeat(1e4))",
  'errors without number': "() => written(process.stderr, ('x'.repeat(99) + '\\n').repeat(1e4))",
  'messages without number': "() => new Promise((resolve) => process.send({ x: 'x'.repeat(1e6) }, resolve))",
}
export const FLOODS = Object.keys(FLOOD_TURNS)

/** Each step floods its supervisor with 12 MB of `flood`: 120 MB in all. */
export const FLOODING = `const written = (stream, text) => new Promise((resolve) => stream.write(text, resolve))
const turns = { ${Object.entries(FLOOD_TURNS)
  .map(([name, turn]) => `${JSON.stringify(name)}: ${turn}`)
  .join(', ')} }
${CONFIG.replace("note(key, 'begun')\n", "note(key, 'begun')\n      for (let turn = 0; turn < 12; turn++) await turns[input.flood]()\n")}`

/** Workers with a short lease. */
export const HASTY = CONFIG.replace('workers: 2,', 'workers: 2, worker: { leaseDurationMs: 600 },')

/** What is stored is turned round bit by bit, and observers write what they are told of to a file. */
export const CODED = `const turned = (bytes) => bytes.map((byte) => ~byte)
const turning = { name: 'turning', encode: (bytes) => ({ bytes: turned(bytes) }), decode: turned }
const observe = ({ kind, src }) => appendFileSync(new URL('told.txt', import.meta.url), [kind, src].join(' ') + '\\n')
${CONFIG.replace('workers: 2,', 'workers: 1, codecs: [turning], observers: [observe],')}`

/** Its directory cannot be read while there is a file `broken`. */
export const BREAKABLE = `import { existsSync } from 'node:fs'
const breakable = (store) => {
  const { directory } = store
  const find = (query) => {
    if (existsSync(new URL('broken', import.meta.url))) throw new Error('the disk is gone')
    return directory.find(query)
  }
  const broken = { find, get: (stream) => directory.get(stream), rebuild: () => directory.rebuild() }
  const memberOf = (target, name) => (typeof target[name] === 'function' ? target[name].bind(target) : target[name])
  return new Proxy(store, { get: (target, name) => (name === 'directory' ? broken : memberOf(target, name)) })
}
${CONFIG.replace('store: () => sqliteStore(', 'store: () => breakable(sqliteStore(').replace('pathname),', 'pathname)),')}`

/** Its store is out of reach while there is a file `absent`. */
export const NOT_YET_REACHED = `import { existsSync } from 'node:fs'
import { RefoldError } from ${JSON.stringify(moduleUrl('core'))}
const reached = (open) => {
  if (existsSync(new URL('absent', import.meta.url))) throw new RefoldError('STORE_REJECTED', 'no server answers yet')
  return open()
}
${CONFIG.replace('store: () => sqliteStore(', 'store: () => reached(() => sqliteStore(').replace('pathname),', 'pathname)),')}`

/** The store never says that it is closed. */
export const UNCLOSED = `const unclosed = (store) => {
  store.close = () => new Promise(() => {})
  return store
}
${CONFIG.replace('store: () => sqliteStore(', 'store: () => unclosed(sqliteStore(').replace('pathname),', 'pathname)),')}`

/** The store opens for the first worker only. */
export const CROWDED = CONFIG.replace(
  'store: () => ',
  `store: () => {
    if (process.argv[1].endsWith('worker-process.js')) writeFileSync(new URL('opened', import.meta.url), '', { flag: 'wx' })
    return `,
)
  .replace("agents.db', import.meta.url).pathname),", "agents.db', import.meta.url).pathname) },")
  .replace('import { appendFileSync }', 'import { appendFileSync, writeFileSync }')

/** Throws half a second after it was loaded, in a supervisor only. */
export const LATE = `if (process.argv.includes('up')) setTimeout(() => { throw new Error('too late') }, 500).unref()
${CONFIG}`

/** Opens for ever, in a worker only. */
export const HANGING = `if (process.argv[1].endsWith('worker-process.js')) {
  console.log('opening')
  await new Promise(() => setInterval(() => {}, 1000))
}
${CONFIG}`

/** How much garbage is left lying is the engine's choice, and differs by machine: here what a process takes is what it keeps. */
const SMALL_HEAP = '--max-old-space-size=64 --max-semi-space-size=1'

export function makeProject(config = CONFIG): Project {
  const directory = mkdtempSync(join(tmpdir(), 'refold-cli-'))
  writeFileSync(join(directory, 'refold.config.mjs'), config)
  const start = (args: readonly string[], stdout: number | 'pipe' = 'pipe', env = process.env): ChildProcess =>
    spawn(process.execPath, [MAIN, ...args], { cwd: directory, stdio: ['ignore', stdout, 'pipe'], env })
  return {
    directory,
    run: (...args) => ended(start(args)),
    begin: (...args) => start(args),
    runInto: (file, ...args) => {
      const stdout = openSync(file, 'w')
      return ended(start(args, stdout)).finally(() => closeSync(stdout))
    },
    up: (...args) => fleet(start(['up', '--json', ...args])),
    upUnread: (...args) => start(['up', '--json', ...args], 'pipe', { ...process.env, NODE_OPTIONS: SMALL_HEAP }),
    bodies: () => readBodies(join(directory, 'bodies.jsonl')),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

/** Whether the process has not ended. One that no one has asked after yet has. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const status = `/proc/${pid}/status`
  try {
    return !/^State:\s+Z/m.test(readFileSync(status, 'utf8'))
  } catch {
    return !existsSync('/proc/self/status')
  }
}

/** The last line may be cut off where its process was killed. */
function readBodies(file: string): readonly Body[] {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as Body)
}

/** Waits for the end of a process, and gathers what it said. */
export async function ended(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ['', '']
  child.stdout?.on('data', (text: Buffer) => (stdout += text.toString()))
  child.stderr?.on('data', (text: Buffer) => (stderr += text.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

function fleet(child: ChildProcess): Fleet {
  const events: FleetEvent[] = []
  const looks = new Set<() => void>()
  if (child.stdout !== null)
    createInterface({ input: child.stdout }).on('line', (line) => {
      events.push(JSON.parse(line) as FleetEvent)
      for (const look of looks) look()
    })
  const end = ended(child)
  return {
    child,
    events,
    ended: end,
    event: (type, fits = () => true) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = events.find(
            (event): event is Extract<FleetEvent, { type: typeof type }> => event.type === type && fits(event as never),
          )
          if (found === undefined) return
          looks.delete(look)
          resolve(found)
        }
        looks.add(look)
        look()
        void end.then(({ stderr }) => reject(new Error(`no ${type} came; the fleet ended: ${stderr}`)))
      }),
  }
}
