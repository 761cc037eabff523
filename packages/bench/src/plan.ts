/** Which measurement gives the figures of which work, and what has to be written for it before. The figures are in `floors.ts`. */
import { randomUUID } from 'node:crypto'
import type { ServerKind } from './esdb-process.js'
import type { MeasurementName } from './measurements.js'

/** A measurement and what it is told. */
export type Call = readonly [measured: MeasurementName, argument?: string]

export interface Setting {
  readonly group: Group
  /** Done once, in a place that all works of the setting share. Without it each run has a place of its own. */
  readonly write?: Call
  /** The place, where it is no directory. */
  readonly place?: string
  /** An EventStoreDB that is named or started for it; or the command, which it starts itself. */
  readonly needs?: 'server' | 'eventstored'
  /** The first run of each is left out: it waits for the lease of the one that wrote, or makes what the others find. */
  readonly isWarmed?: true
  readonly works: Readonly<Record<string, Call>>
}

export const GROUPS = {
  engine: 'W1–W7: steps, recovery, parked agents, size',
  live: 'L1: one agent with many effects, timers, steps',
  many: 'M1, M2, F4: 100,000 agents; 10,000 timers at once',
  start: 'S1: how soon a command and a worker are there',
  fleet: 'F1–F3: several workers on one file',
  eventstoredb: 'E1–E4: a real EventStoreDB',
  'dev-server': 'D1: the dev-server, beside the real one where there is one',
  history: 'H1, S2: the past of an agent of 100,000 records',
  projections: 'P1: 200,000 records made into documents',
  walks: 'how many files run',
} as const

export type Group = keyof typeof GROUPS

const LONG = '100000'

export const PLAN: readonly Setting[] = [
  {
    group: 'engine',
    works: {
      W1: ['w1'],
      'W2-100': ['w2', '100'],
      'W2-1000': ['w2', '1000'],
      'W2-100 memory': ['w2-memory', '100'],
      'W2-1000 memory': ['w2-memory', '1000'],
    },
  },
  {
    group: 'engine',
    write: ['w3-write', LONG],
    isWarmed: true,
    works: { 'W3 full': ['w3-recover', 'full'], 'W3 snapshot': ['w3-recover', 'snapshot'] },
  },
  { group: 'engine', works: { W4: ['w4'], 'W4 npm start': ['w4-npm-start'], W5: ['w5'], W6: ['w6'], W7: ['w7'] } },
  {
    group: 'live',
    works: { 'L1 effects': ['l1', 'effects'], 'L1 timers': ['l1', 'timers'], 'L1 steps': ['l1', 'steps'] },
  },
  {
    group: 'many',
    write: ['f4-write', LONG],
    works: {
      'M1 ls': ['m1-ls'],
      'M1 find': ['m1-find'],
      'M1 plan': ['m1-plan'],
      'M1 rebuild': ['m1-rebuild'],
      'M1 pause': ['m1-pause'],
      F4: ['f4'],
    },
  },
  { group: 'many', works: { 'M2 live': ['m2', 'live'], 'M2 overdue': ['m2', 'overdue'] } },
  { group: 'start', works: { 'S1 ls': ['s1-ls'], 'S1 worker': ['s1-worker'], 'S1 worker of up': ['s1-up'] } },
  { group: 'fleet', works: { F1: ['f1'], 'F2-1': ['f2', '1'], 'F2-2': ['f2', '2'], F3: ['f3'] } },
  {
    group: 'eventstoredb',
    needs: 'server',
    works: {
      'E1-1': ['e1', '1'],
      'E1-100': ['e1', '100'],
      'E1-1000': ['e1', '1000'],
      E2: ['e2'],
      'E3-1': ['e3', '1'],
      'E3-100': ['e3', '100'],
    },
  },
  ...['1000', LONG].map(onServer),
  { group: 'dev-server', works: { 'D1 dev': server('dev'), 'D1 dev-linked': server('dev-linked') } },
  {
    group: 'dev-server',
    needs: 'eventstored',
    works: { 'D1 real': server('real'), 'D1 real-linked': server('real-linked') },
  },
  {
    group: 'history',
    write: ['w3-write', LONG],
    works: {
      'H1 parsed': ['h1', 'parsed'],
      'H1 sqlite': ['h1', 'sqlite'],
      'H1 file': ['h1', 'file'],
      S2: ['s2'],
    },
  },
  { group: 'projections', write: ['p1-write', '2000'], works: { 'P1 each': ['p1', 'each'], 'P1 one': ['p1', 'one'] } },
  { group: 'walks', works: { walks: ['walks'] } },
]

function onServer(steps: string): Setting {
  return {
    group: 'eventstoredb',
    needs: 'server',
    write: ['e4-write', steps],
    place: `${randomUUID().slice(0, 8)}.`,
    isWarmed: true,
    works: {
      [`E4-${steps} full`]: ['e4-recover', 'full'],
      [`E4-${steps} snapshot`]: ['e4-recover', 'snapshot'],
    },
  }
}

function server(kind: ServerKind): Call {
  return ['d1', kind]
}
