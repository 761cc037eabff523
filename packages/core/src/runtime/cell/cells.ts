/** The cells of this process, one a stream: loaded when something arrives, gone from memory when nothing does. */
import type { DefinitionInternals } from '../../definition/internals.js'
import { RefoldError, withCode } from '../../errors.js'
import type { StateDocument } from '../../record/state-document.js'
import type { Envelope } from '../../decide/inputs.js'
import { AgentCell } from './agent-cell.js'
import type { CellHome } from './agent-cell.js'
import type { Arrival } from './arrival.js'
import type { CellContext, Residence } from './cell-context.js'
import { foldStream, NOTHING_FOLDED } from '../../history/fold-stream.js'
import type { Folded, FoldPhase } from '../../history/fold-stream.js'
import { IdleCells } from './idle-cells.js'
import { notFound } from './not-found.js'
import type { Registry } from './registry.js'
import type { Waiter, WrittenHere } from './submission.js'

export interface CellsOptions extends CellContext<AgentCell> {
  readonly registry: Pick<Registry, 'get' | 'ofEnded'>
  /** Idle cells that stay in memory. */
  readonly keepIdle: number
}

/** Whether something outside of the cell needs it in memory. */
export type Keeper = (cell: AgentCell) => boolean

/** What this process has of a stream. */
type Place =
  | { readonly is: 'loading'; readonly loaded: Promise<AgentCell> }
  | { readonly is: 'live'; readonly cell: AgentCell }
  | Arrival

export class Cells implements Residence<AgentCell> {
  readonly #options: CellsOptions
  readonly #home: CellHome
  readonly #keepers: Keeper[] = []
  readonly #places = new Map<string, Place>()
  readonly #idle: IdleCells
  readonly #posting = new Set<Promise<void>>()

  constructor(options: CellsOptions) {
    this.#options = options
    this.#home = { ...options, residence: this }
    this.#idle = new IdleCells(options.keepIdle)
  }

  /** The cell that stands for the agent, if it is in memory. */
  live(stream: string): AgentCell | undefined {
    const place = this.#places.get(stream)
    return place?.is === 'live' ? place.cell : place?.is === 'arriving' ? place.beside : undefined
  }

  /** Those that are in memory now. */
  all(): readonly AgentCell[] {
    return [...this.#places.values()].flatMap((place) => {
      if (place.is === 'loading') return []
      return place.is === 'arriving' && place.beside !== undefined ? [place.beside, place.cell] : [place.cell]
    })
  }

  /** Others appended to an agent: a cell of it that is being loaded, started or moved here reads on once it stands for the agent. */
  refreshOnArrival(stream: string): void {
    const place = this.#places.get(stream)
    if (place === undefined || place.is === 'live') return
    const isHere = place.is === 'loading' ? place.loaded.catch(() => undefined) : place.known
    void isHere.then(() => this.live(stream)?.refresh())
  }

  /** Any agent may have got records of others. */
  refreshAll(): void {
    for (const cell of this.all()) void cell.refresh()
    for (const stream of this.#places.keys()) this.refreshOnArrival(stream)
  }

  /**
   * The cell of an agent that exists. While it is being started or moved here that is waited for: a second cell beside the first
   * would decide on what may not be stored. Throws `NOT_FOUND`, `UNKNOWN_DEFINITION`, `UNREADABLE`, `NEWER_FORMAT`, and, unless it
   * waits for as long as that takes, `STORE_REJECTED`.
   */
  async load(stream: string, { waits = false }: { readonly waits?: boolean } = {}): Promise<AgentCell> {
    for (let place = this.#places.get(stream); ; place = this.#places.get(stream)) {
      if (place === undefined) return this.#load(stream)
      if (place.is === 'live') return place.cell
      if (place.is === 'loading') return place.loaded
      await (waits ? place.known : place.cell.answered(place.known))
    }
  }

  /** The same as others left it, too: what is loaded for this call is read on no further. */
  async newest(stream: string): Promise<AgentCell> {
    const isHere = this.#places.has(stream)
    const cell = await this.load(stream)
    if (isHere) await cell.answered(cell.refresh())
    return cell
  }

  /** Awaited before `fresh`: a second cell beside one that is being loaded, or moved, would append along with it. */
  async loading(stream: string): Promise<void> {
    const place = this.#places.get(stream)
    if (place?.is === 'loading') await place.loaded.catch(() => undefined)
    const now = this.#places.get(stream)
    if (now?.is === 'arriving' && now.isMove) await now.cell.answered(now.known)
  }

  /** The cell that moves an agent to this definition. No one else gets it before it is moved: until then another one may stand for the agent. Evicted by who submits nothing to it. */
  async mover(stream: string, definition: DefinitionInternals): Promise<AgentCell> {
    const folded = await foldStream(this.#options.log, stream)
    if (folded.state === undefined) throw notFound(stream)
    const { id } = folded.state.agent
    for (let place = this.#places.get(stream); ; place = this.#places.get(stream)) {
      if (place?.is === 'arriving') await place.cell.answered(place.known)
      else if (place?.is === 'loading') await place.loaded.catch(() => undefined)
      else break
    }
    const live = this.live(stream)
    if (live?.definition === definition) return live
    return this.#begin(new AgentCell(this.#home, { stream, id, definition }, folded), { isMove: true })
  }

  /** The cell of an agent that may not exist yet: nothing is read. No one else gets it before `confirm`. It is asked for when something is submitted to it at once. */
  fresh(stream: string, id: string, definition: DefinitionInternals): AgentCell {
    const place = this.#places.get(stream)
    if (place?.is === 'live') return place.cell
    if (place?.is === 'arriving') return place.beside ?? place.cell
    return this.#begin(new AgentCell(this.#home, { stream, id, definition }, NOTHING_FOLDED), { isMove: false })
  }

  isStarting(cell: AgentCell): boolean {
    return this.#arrivalOf(cell) !== undefined
  }

  /** The agent is there, and of the cell's version. `false`: another cell stands for it already, and is told to read on. */
  confirm(cell: AgentCell): boolean {
    this.#endArrival(cell)
    const { stream, definition } = cell
    const other = this.live(stream)
    if (other === cell) return true
    if (other?.definition.version === definition.version) {
      void other.refresh()
      return false
    }
    if (other !== undefined) this.#giveWay(other, definition.version)
    this.#stand(stream, cell)
    return true
  }

  /** Notes that a cell must stay. One that has just left comes back, unless another stands in its place. */
  busy(cell: AgentCell): void {
    this.#idle.remove(cell)
    if (this.live(cell.stream) === undefined && !this.isStarting(cell)) this.#stand(cell.stream, cell)
  }

  /** The cell leaves memory. */
  evict(cell: AgentCell): void {
    this.#endArrival(cell)
    if (this.live(cell.stream) === cell) {
      this.#options.events.tell({ kind: 'leaving', stream: cell.stream }, cell)
      this.#stand(cell.stream, undefined)
    }
    this.#idle.remove(cell)
  }

  // ---- as a residence

  /** Of a cell that stands for its agent here, everyone is told; another one gives way. */
  recorded(cell: AgentCell, before: StateDocument | undefined, written?: WrittenHere): void {
    const { state, head, stream } = cell
    if (state === undefined || head === 'no_stream') return
    if (state.agent.version !== cell.definition.version) return this.#isOfAnotherVersion(cell, state)
    if (!this.confirm(cell)) return
    this.#options.events.tell({ kind: 'recorded', stream, revision: head, before, after: state, ...written }, cell)
  }

  /** Notes that a cell has nothing under way; the oldest beyond the bound leaves. */
  rested(cell: AgentCell): void {
    if (cell.isIdle && this.isStarting(cell)) return this.evict(cell)
    this.#options.events.tell({ kind: 'rested', stream: cell.stream }, cell)
    if (!cell.isIdle || this.live(cell.stream) !== cell || this.#keepers.some((keeps) => keeps(cell))) return
    if (cell.head === 'no_stream' || cell.failure !== undefined) return this.evict(cell)
    const leaving = this.#idle.add(cell)
    if (leaving !== undefined && leaving.isIdle) this.evict(leaving)
  }

  failed(cell: AgentCell): void {
    const { failure: error, stream } = cell
    this.#dismiss(cell)
    if (error !== undefined) this.#options.events.tell({ kind: 'failed', stream, error }, cell)
  }

  /** A cell that is needed outside of itself does not leave. */
  keepWhile(keeper: Keeper): void {
    this.#keepers.push(keeper)
  }

  /** Submits to the agent, also when its cell has left memory meanwhile, or is about to give way. */
  post(stream: string, envelope: Envelope, waiter: Waiter): void {
    const place = this.#places.get(stream)
    if (place?.is === 'live') return place.cell.post(envelope, waiter)
    const posting = this.load(stream, { waits: true }).then(
      (loaded) => loaded.post(envelope, waiter),
      (cause: unknown) => waiter.reject?.(withCode(cause, `${stream} could not be loaded`)),
    )
    this.#posting.add(posting)
    void posting.finally(() => this.#posting.delete(posting))
  }

  /** What is under way is stored, or the store cannot be reached. */
  async drained(): Promise<void> {
    await Promise.all(this.#posting)
    await Promise.all(this.all().map((cell) => cell.drained()))
  }

  /** It was found at its start, or migrated by someone else: only its own chart may decide for it. */
  #isOfAnotherVersion(cell: AgentCell, { agent }: StateDocument): void {
    const arrival = this.#arrivalOf(cell)
    if (arrival === undefined) return this.#giveWay(cell, agent.version)
    if (!arrival.isMove) this.#dismiss(cell)
  }

  /** The agent is of another version by now. */
  #giveWay(cell: AgentCell, version: number): void {
    this.#dismiss(cell)
    const message = `${cell.stream} has been migrated to version ${version}`
    cell.fail(
      new RefoldError('NEEDS_MIGRATION', message, { hint: 'Attach to it with that version of its definition.' }),
    )
  }

  /** This process has nothing more to do with the agent as this cell holds it. */
  #dismiss(cell: AgentCell): void {
    this.#options.events.tell({ kind: 'dismissed', stream: cell.stream }, cell)
    this.evict(cell)
  }

  #begin(cell: AgentCell, { isMove }: Pick<Arrival, 'isMove'>): AgentCell {
    let tell = (): void => {}
    const known = new Promise<void>((resolve) => (tell = resolve))
    const { stream } = cell
    this.#places.set(stream, { is: 'arriving', cell, isMove, beside: this.live(stream), known, tell })
    return cell
  }

  #arrivalOf(cell: AgentCell): Arrival | undefined {
    const place = this.#places.get(cell.stream)
    return place?.is === 'arriving' && place.cell === cell ? place : undefined
  }

  #endArrival(cell: AgentCell): void {
    const arrival = this.#arrivalOf(cell)
    if (arrival === undefined) return
    arrival.tell()
    const { beside } = arrival
    if (beside === undefined) this.#places.delete(cell.stream)
    else this.#places.set(cell.stream, { is: 'live', cell: beside })
  }

  /** The cell that stands for the agent from now on, also beside one that arrives. */
  #stand(stream: string, cell: AgentCell | undefined): void {
    const place = this.#places.get(stream)
    if (place?.is === 'arriving') this.#places.set(stream, { ...place, beside: cell })
    else if (cell === undefined) this.#places.delete(stream)
    else this.#places.set(stream, { is: 'live', cell })
  }

  #load(stream: string): Promise<AgentCell> {
    const loaded = this.#read(stream).then(
      (cell) => {
        // The others were failed when the runtime closed: who waits for what this one becomes would wait for ever.
        if (this.#options.lifecycle.isClosed) cell.fail(new RefoldError('CLOSED', 'the runtime is closed'))
        if (!isLoading()) return this.load(stream, { waits: true })
        this.#places.set(stream, { is: 'live', cell })
        return cell
      },
      (cause: unknown) => {
        if (isLoading()) this.#places.delete(stream)
        throw cause
      },
    )
    const place: Place = { is: 'loading', loaded }
    const isLoading = (): boolean => this.#places.get(stream) === place
    this.#places.set(stream, place)
    return loaded
  }

  async #read(stream: string): Promise<AgentCell> {
    const { log, events } = this.#options
    const onPhase = (what: FoldPhase): void => events.tell({ kind: 'loading', stream, what })
    const folded = await foldStream(log, stream, { onPhase })
    if (folded.foreign > 0) events.tell({ kind: 'foreign-records', stream, count: folded.foreign })
    return new AgentCell(this.#home, { stream, ...this.#identify(stream, folded) }, folded)
  }

  #identify(stream: string, { state }: Folded): { id: string; definition: DefinitionInternals } {
    if (state === undefined) throw notFound(stream)
    const { id, definition: name, version } = state.agent
    const { registry } = this.#options
    const definition = state.root.status === undefined ? registry.get(name, version) : registry.ofEnded(name, version)
    return { id, definition }
  }
}
