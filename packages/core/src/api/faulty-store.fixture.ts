/** A connection whose appends go wrong as a test says, and that can be cut as a dead process's is. */
import { RefoldError } from '../errors.js'
import type { AppendOptions, AppendResult, NewEvent, Store } from '../store/port.js'

/** What becomes of one append. `lost` and `stored` are both answered with STORE_UNKNOWN; what is `stored` late was stored at once. */
export type AppendFault =
  | 'none'
  | 'lost'
  | 'stored'
  | 'rejected'
  | 'fatal'
  | { readonly until: Promise<unknown>; readonly answer?: 'rejected' | 'stored' }

interface Appended {
  readonly stream: string
  readonly types: readonly string[]
  readonly ids: readonly string[]
}

export interface FaultyStore extends Store {
  /** The next appends go this way, first come first served; then all is well again. */
  readonly faults: AppendFault[]
  /** As long as it is set no read is answered but with STORE_REJECTED. */
  isOutOfReach: boolean
  /** Every call of `append`, faulty or not. */
  readonly appends: readonly Appended[]
  /** Most appends to one stream that were under way at once. */
  readonly mostInFlight: number
  /** From here on nothing is answered, as when the process is dead or stopped: no call returns, no lock is released. */
  cut(): void
  /** What waits since `cut` goes on. */
  repair(): void
}

export interface FaultyOptions {
  /** Smaller than the store's own. */
  readonly maxAppendBytes?: number
}

export function faultyStore(store: Store, options: FaultyOptions = {}): FaultyStore {
  return new Faulty(store, options)
}

class Faulty implements FaultyStore {
  readonly faults: AppendFault[] = []
  readonly appends: Appended[] = []
  isOutOfReach = false
  mostInFlight = 0
  readonly capabilities: Store['capabilities']
  readonly registers: Store['registers']
  readonly directory: Store['directory']
  readonly presence: Store['presence'] & object
  readonly #store: Store
  readonly #inFlight = new Map<string, number>()
  #cut: Promise<void> | undefined
  #repair = (): void => {}

  constructor(store: Store, { maxAppendBytes = store.capabilities.maxAppendBytes }: FaultyOptions) {
    this.#store = store
    this.capabilities = { ...store.capabilities, maxAppendBytes }
    const { registers, directory, presence } = store
    this.registers = {
      put: (name, value) => this.#answer(() => registers.put(name, value)),
      get: (name) => this.#answer(() => registers.get(name)),
      remove: (name) => this.#answer(() => registers.remove(name)),
    }
    this.directory = {
      find: (query) => this.#pages(directory.find(query)),
      rebuild: () => this.#answer(() => directory.rebuild()),
      get: (stream) => this.#answer(() => directory.get(stream)),
    }
    this.presence = {
      announce: (worker) => this.#answer(async () => (await presence?.announce(worker)) ?? (async () => {})),
      provenDead: (worker) => this.#answer(async () => (await presence?.provenDead(worker)) === true),
    }
  }

  /** What concerns no one agent (charts, holds) is neither counted nor harmed. */
  async append(stream: string, events: readonly NewEvent[], options: AppendOptions): Promise<AppendResult> {
    if (stream.startsWith('refold-chart-')) return this.#answer(() => this.#store.append(stream, events, options))
    this.appends.push({ stream, types: events.map(({ type }) => type), ids: events.map(({ id }) => id) })
    const under = (this.#inFlight.get(stream) ?? 0) + 1
    this.#inFlight.set(stream, under)
    this.mostInFlight = Math.max(this.mostInFlight, under)
    try {
      return await this.#answer(() => this.#append(stream, events, options))
    } finally {
      this.#inFlight.set(stream, (this.#inFlight.get(stream) ?? 1) - 1)
    }
  }

  async #append(stream: string, events: readonly NewEvent[], options: AppendOptions): Promise<AppendResult> {
    const fault = this.faults.shift() ?? 'none'
    if (fault === 'lost') throw new RefoldError('STORE_UNKNOWN', 'no answer')
    if (fault === 'rejected') throw new RefoldError('STORE_REJECTED', 'not now')
    if (fault === 'fatal') throw new RefoldError('STORE_FATAL', 'the file is damaged')
    if (typeof fault === 'object' && fault.answer !== 'stored') await fault.until
    if (typeof fault === 'object' && fault.answer === 'rejected') throw new RefoldError('STORE_REJECTED', 'not now')
    const bytes = new TextEncoder().encode(JSON.stringify(events)).length
    if (bytes > this.capabilities.maxAppendBytes) throw new RefoldError('TOO_LARGE', `${bytes} bytes`)
    const result = await this.#store.append(stream, events, options)
    if (fault === 'stored') throw new RefoldError('STORE_UNKNOWN', 'no answer')
    if (typeof fault === 'object' && fault.answer === 'stored') await fault.until
    return result
  }

  read(...args: Parameters<Store['read']>): ReturnType<Store['read']> {
    if (this.isOutOfReach) throw new RefoldError('STORE_REJECTED', 'out of reach')
    return this.#pages(this.#store.read(...args))
  }
  readAll(...args: Parameters<Store['readAll']>): ReturnType<Store['readAll']> {
    return this.#pages(this.#store.readAll(...args))
  }
  subscribe(...args: Parameters<Store['subscribe']>): ReturnType<Store['subscribe']> {
    return this.#pages(this.#store.subscribe(...args))
  }
  externalAppends(...args: Parameters<Store['externalAppends']>): ReturnType<Store['externalAppends']> {
    return this.#pages(this.#store.externalAppends(...args))
  }

  cut(): void {
    this.#cut = new Promise((resolve) => (this.#repair = resolve))
  }
  repair(): void {
    this.#cut = undefined
    this.#repair()
  }
  close(): Promise<void> {
    return this.#answer(() => this.#store.close())
  }

  async #answer<R>(ask: () => Promise<R>): Promise<R> {
    await this.#cut
    try {
      return await ask()
    } finally {
      await this.#cut
    }
  }

  async *#pages<P>(pages: AsyncIterable<P>): AsyncGenerator<P, void, undefined> {
    await this.#cut
    for await (const page of pages) {
      await this.#cut
      yield page
    }
  }
}
