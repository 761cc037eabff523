/**
 * Every figure that is told, with the floor it must hold and the goal beyond it. `plan.ts` says what measures them. A ratio is
 * to a bound of the same run, so that it says something on any machine; times are those of two cores that do nothing else.
 */

/** What a figure must be. Without `floor` it is only told. */
export interface Bound {
  readonly side: 'least' | 'most' | 'exactly'
  readonly floor?: number
  readonly goal?: number
}

/** One figure of a measurement. */
export interface Line {
  readonly figure: string
  readonly what: string
  readonly bound?: Bound
}

/** By the work that gives them, in the order in which they are told. */
export const LINES: Readonly<Record<string, readonly Line[]>> = {
  W1: [
    line('ofBareCommits', 'one agent, every step durable: of bare one-row commits', least(0.45, 0.6)),
    line('p50Ms', 'a step, p50, ms', { side: 'most', goal: 0.3 }),
  ],
  'W2-100': throughput({ bytes: true }),
  'W2-1000': throughput({ bytes: false }),
  'W2-100 memory': [line('ofPlainActors', 'memory store: of plain createActor', least(0.55, 0.8))],
  'W2-1000 memory': [line('ofPlainActors', 'memory store: of plain createActor', least(0.55, 0.8))],
  'W3 full': [line('seconds', '100,000 records folded until the effect restarts, s', most(0.3, 0.15))],
  'W3 snapshot': [line('seconds', 'the same from a snapshot, s', most(0.01, 0.003))],
  W4: [
    line('bodies', 'bodies for ten steps with one kill', { side: 'exactly', floor: 11 }),
    line('restartedMs', 'from process start until the killed effect begins again, ms', most(180, 120)),
  ],
  'W4 npm start': [line('restartedMs', 'the same in the program of `npm start`, ms', most(180, 120))],
  W5: [
    line('bytesPerAgent', 'heap of a parked agent, bytes', most(250)),
    line('wakeMs', 'waking it, two commits, ms', most(1, 0.6)),
  ],
  W6: [line('jsonBytesPerStep', 'bytes a step, as plain JSON', most(750, 600))],
  W7: [
    line('logToPayload', 'log to payload, 200 turns of 1 kB, sqlite', most(1.5)),
    line('jsonToPayload', 'the same as plain JSON'),
  ],
  'L1 effects': liveLines('effect'),
  'L1 timers': liveLines('timer'),
  'L1 steps': liveLines('step'),
  'M1 ls': [
    line('pageSeconds', '100,000 agents: `refold ls --limit 100`, s', most(0.3)),
    line('allSeconds', 'all of them, s'),
    line('megabytes', 'memory of it, MB', most(80)),
  ],
  'M1 find': [line('pageMs', 'a page of `find`, ms', most(1))],
  'M1 plan': [line('seconds', '`planRecovery`, s', most(5))],
  'M1 rebuild': [line('seconds', 'the directory made again, s', most(10))],
  'M1 pause': [line('seconds', 'all paused, s', most(20))],
  'M2 live': [line('seconds', '10,000 timers due at once, until the last has fired, s', most(10))],
  'M2 overdue': [line('seconds', 'the same in the next worker, which starts when they are due, s', most(10))],
  'S1 ls': [line('ms', '`refold ls` of a small file, from start to end, ms', most(120))],
  'S1 worker': [line('ms', 'a worker, from process start until it works, ms', most(200))],
  'S1 worker of up': [line('ms', 'a worker of `refold up`, from its start until it works, ms', most(200))],
  S2: [line('ms', '`refold state --at` of 100,000 records, from start to end, ms', most(400))],
  'E1-1': appendLines(1),
  'E1-100': appendLines(100),
  'E1-1000': appendLines(1000),
  E2: [
    line('readOfRaw', 'reading a stream: of the raw client', least(0.8)),
    line('readPerSecond', 'events a second'),
    line('catchUpOfRaw', 'catching up: of the raw client', least(0.8)),
  ],
  'E3-1': stepLines('one agent', least(0.7, 0.8)),
  'E3-100': stepLines('100 agents', least(0.55, 0.65)),
  'E4-1000 full': [line('seconds', '1,000 records folded until the effect restarts, s')],
  'E4-1000 snapshot': [line('seconds', 'the same from a snapshot, s')],
  'E4-100000 full': [line('seconds', '100,000 records folded until the effect restarts, s')],
  'E4-100000 snapshot': [line('seconds', 'the same from a snapshot, s')],
  'D1 dev': serverLines({ p50Ms: most(0.7, 0.5), at100: least(8_500, 10_000), read: least(32_000, 40_000) }),
  'D1 dev-linked': serverLines(),
  'D1 real': serverLines(),
  'D1 real-linked': serverLines(),
  'H1 parsed': historyLines({ openMs: most(150), jumpP99Ms: most(10) }),
  'H1 sqlite': historyLines({ jumpP99Ms: most(10), megabytes: most(150) }),
  'H1 file': historyLines({ megabytes: most(150) }),
  'P1 each': projectionLines(),
  'P1 one': projectionLines(),
  F1: [line('firstMs', 'body begins in another worker after a SIGKILL, ms', most(250))],
  'F2-1': takeoverLines('one other worker'),
  'F2-2': takeoverLines('two other workers'),
  F3: [
    line('ofApart', 'two workers: of two that look after their own only', least(0.9)),
    line('ofApartByCpu', 'the same by processor time', least(0.9)),
    line('stepsPerSecond', 'steps a second, both together'),
  ],
  F4: [
    line('seconds', 'start beside 100,000 parked agents, s', most(1)),
    line('megabytes', 'memory of the worker, MB', most(100)),
    line('lateMs', 'timers of 500 agents, the latest, ms late', most(100)),
  ],
  walks: [
    line('fromSendToBody', 'files called from `send` until the body begins'),
    line('fromStartToResumed', 'files called from process start until the killed effect begins again'),
    line('loadedAtStart', 'files loaded by then'),
  ],
}

function line(figure: string, what: string, bound?: Bound): Line {
  return { figure, what, ...(bound === undefined ? {} : { bound }) }
}

function least(floor: number, goal?: number): Bound {
  return { side: 'least', floor, ...(goal === undefined ? {} : { goal }) }
}

function most(floor: number, goal?: number): Bound {
  return { side: 'most', floor, ...(goal === undefined ? {} : { goal }) }
}

function throughput({ bytes }: { readonly bytes: boolean }): readonly Line[] {
  return [
    line('ofPlainActors', 'agents at once: of plain createActor, nothing stored', least(0.45, 0.65)),
    line('ofBareGrouped', 'of bare grouped inserts'),
    line('stepsPerSecond', 'steps a second'),
    ...(bytes ? [line('bytesPerStep', 'bytes a step, sqlite (W6)', most(280, 160))] : []),
  ]
}

function liveLines(what: 'effect' | 'timer' | 'step'): readonly Line[] {
  return [
    line('at100', `one agent with 100 of them: ms for each ${what}`),
    line('at1600', 'with 1,600'),
    line('at5000', 'with 5,000', most(0.3)),
  ]
}

function appendLines(inFlight: number): readonly Line[] {
  return [
    line('ofRawClient', `appends, ${inFlight} in flight: of the raw client`, least(0.8)),
    line('perSecond', 'a second'),
  ]
}

function stepLines(whose: string, bound: Bound): readonly Line[] {
  return [
    line('ofRawClient', `steps of ${whose}: of the raw client’s appends`, bound),
    line('stepsPerSecond', 'steps a second'),
  ]
}

type Bounds = Readonly<Record<string, Bound>>

function serverLines(bounds: Bounds = {}): readonly Line[] {
  return [
    line('p50Ms', 'one append at a time, p50, ms', bounds['p50Ms']),
    line('at10', '10 in flight, appends a second'),
    line('at100', '100 in flight', bounds['at100']),
    line('at1000', '1000 in flight'),
    line('batched', '500 events an append, events a second'),
    line('read', 'read forwards, events a second', bounds['read']),
    line('caughtUp', 'catch-up subscription, events a second', bounds['read']),
    line('megabytes', 'memory of the server after it, MB'),
  ]
}

function historyLines(bounds: Bounds): readonly Line[] {
  return [
    line('openMs', 'opening it, ms', bounds['openMs']),
    line('openCpuMs', 'the same, processor time'),
    line('ofPlainFold', 'of a plain fold'),
    line('jumpP99Ms', 'any revision, p99, ms', bounds['jumpP99Ms']),
    line('jumpMs', 'any revision, p50, ms'),
    line('backUs', 'a step back, µs'),
    line('forwardUs', 'a step on, µs'),
    line('findMs', 'a condition over all states, ms'),
    line('blameMs', 'blame of a field of the last record, ms'),
    line('oldestMs', 'blame of a field of the first record, ms'),
    line('explainMs', 'explain, 1000 causes, ms'),
    line('megabytes', 'memory after all of it, MB', bounds['megabytes']),
  ]
}

function projectionLines(): readonly Line[] {
  return [
    line('perSecond', 'records a second', least(100_000)),
    line('perCpuSecond', 'records a second of processor time'),
    line('readUs', 'reading the same as whole events, µs of a record'),
  ]
}

function takeoverLines(heirs: string): readonly Line[] {
  return [
    line('lastMs', `1000 bodies begin in ${heirs}, the last, ms`, most(2_000)),
    line('bodies', 'and so many begin', { side: 'exactly', floor: 1_000 }),
  ]
}
