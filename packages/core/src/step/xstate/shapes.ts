/**
 * The parts of XState 5.33's internals that the step touches, as types. XState's own types hide these members or say
 * `any`; every cast from them to these shapes stands in `step/`.
 */

export interface EventShape {
  readonly type: string
  readonly [key: string]: unknown
}

/** The event in whose transition a migration begins and ends what it has to: what bodies of the chart are told of it. */
export const PLACED = 'refold.migrated'

export interface TransitionShape {
  readonly target: readonly NodeShape[] | undefined
  readonly source: NodeShape
  readonly actions: readonly unknown[]
  readonly reenter: boolean
  readonly eventType: string
  readonly guard?: unknown
  readonly delay?: number | string
}

export interface InvokeShape {
  readonly id: string
  readonly src: string
  readonly systemId?: string
}

export interface NodeShape {
  readonly id: string
  readonly key: string
  readonly path: readonly string[]
  readonly order: number
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history'
  readonly history: false | 'shallow' | 'deep'
  readonly parent?: NodeShape
  readonly machine: MachineShape
  readonly states: Readonly<Record<string, NodeShape>>
  readonly tags: readonly string[]
  readonly meta?: unknown
  readonly description?: string
  readonly transitions: ReadonlyMap<string, readonly TransitionShape[]>
  readonly always?: readonly TransitionShape[]
  readonly invoke: readonly InvokeShape[]
  readonly entry: readonly unknown[]
  readonly exit: readonly unknown[]
  readonly output?: unknown
  readonly initial?: { readonly target: readonly NodeShape[]; readonly actions: readonly unknown[] }
  readonly ownEvents: readonly string[]
  readonly config: {
    readonly invoke?: unknown
    readonly after?: Readonly<Record<string, unknown>>
    readonly states?: object
    readonly target?: unknown
  }
}

export interface Implementations {
  readonly actors: Readonly<Record<string, unknown>>
  readonly actions: Readonly<Record<string, unknown>>
  readonly guards: Readonly<Record<string, unknown>>
  readonly delays: Readonly<Record<string, unknown>>
}

export interface MachineShape {
  readonly __xstatenode: true
  readonly id: string
  readonly root: NodeShape
  readonly idMap: ReadonlyMap<string, NodeShape>
  readonly implementations: Implementations
  readonly config: { readonly context?: unknown }
  readonly options: { readonly maxIterations?: number }
  readonly transition: (snapshot: SnapshotShape, event: EventShape, scope: ScopeShape) => SnapshotShape
  readonly getInitialSnapshot: (scope: ScopeShape, input: unknown) => SnapshotShape
  readonly getTransitionData: (snapshot: SnapshotShape, event: EventShape) => readonly TransitionShape[] | undefined
  readonly resolveState: (config: { value: unknown; context?: unknown }) => SnapshotShape
}

/** Logic that is no machine. `config` is what the user gave to `fromPromise` and its like. */
export interface LogicShape {
  readonly config?: unknown
  readonly start?: unknown
  readonly transition: (snapshot: SnapshotShape, event: EventShape, scope: ScopeShape) => SnapshotShape
  readonly getInitialSnapshot: (scope: ScopeShape, input: unknown) => SnapshotShape
}

export type SnapshotStatus = 'active' | 'done' | 'error' | 'stopped'

/** Machines have all of it, other logic the first five. `context` is written: what was stored takes the place of what was computed. */
export interface SnapshotShape {
  status: SnapshotStatus
  output: unknown
  error: unknown
  context?: unknown
  input?: unknown
  readonly machine?: MachineShape
  readonly value?: unknown
  readonly _nodes?: readonly NodeShape[]
  readonly tags?: ReadonlySet<string>
  readonly children?: Readonly<Record<string, RefShape | undefined>>
  readonly historyValue?: Readonly<Record<string, readonly NodeShape[]>>
  readonly can?: (event: EventShape) => boolean
}

/** XState's own numbers. */
export const NEW = 0
export const RUNNING = 1
export const STOPPED = 2
export type Life = typeof NEW | typeof RUNNING | typeof STOPPED

export interface RefShape {
  readonly id: string
  readonly sessionId: string
  readonly system: object
  src: unknown
  systemId: string | undefined
  logic?: unknown
  readonly _parent?: RefShape
  readonly _syncSnapshot?: boolean
  _snapshot: SnapshotShape | undefined
  _processingStatus: Life
  start: () => unknown
  _stop?: () => unknown
  readonly send: (event: EventShape) => void
}

/** What a transition asks for. */
export interface ActionShape {
  readonly type: string
  readonly params: unknown
  readonly info: unknown
  readonly exec: ((info: unknown, params: unknown) => void) | undefined
}

/** XState replaces `actionExecutor` while a microstep runs. */
export interface ScopeShape {
  readonly self: RefShape
  readonly id: string
  readonly sessionId: string
  readonly system: object
  readonly logger: (...args: unknown[]) => void
  readonly emit: (event: EventShape) => void
  readonly stopChild: () => void
  readonly defer: (run: () => void) => void
  actionExecutor: (action: ActionShape) => void
}
