/**
 * One history, record by record: the recorded state, and today's decision beside each record.
 *
 * Invariants: the state goes on from what was recorded, or from what is equal to it; a record is decided at most once, but for those that
 * differ, which are asked again whether they are steady.
 */
import { mayRecall } from '../decide/recall.js'
import type { Decision } from '../decide/decision.js'
import type { Envelope } from '../decide/inputs.js'
import { addressOf } from '../definition/agent-address.js'
import type { DefinitionInternals } from '../definition/internals.js'
import type { RefoldError } from '../errors.js'
import type { HistoryTrouble } from '../history/history-types.js'
import { fold } from '../record/fold.js'
import { definitionIn, headerOf } from '../record/header.js'
import type { RecordHeader } from '../record/record.js'
import type { StateDocument } from '../record/state-document.js'
import type { Registry } from '../runtime/cell/registry.js'
import { incompatibilitiesOf } from '../step/compatibility.js'
import type { StoredEvent } from '../store/port.js'
import { differingPlaces, isSameRecord } from './compare-decisions.js'
import { DecideAgain, refoldError } from './decide-again.js'
import { describe } from './describe-difference.js'
import type { Answered } from './describe-difference.js'
import { alikePath } from './difference-groups.js'
import { DifferencesFound } from './differences-found.js'
import { recordedInput } from './recorded-input.js'
import type { RecordedStep } from './recorded-input.js'
import type { Steadiness } from './steadiness.js'
import type { Charts } from './taken-transitions.js'
import type { DifferingPlace, UndecidedWhy, VerifiedHistory } from './verified.js'

/** What the histories of one run share. */
export interface Verifying {
  readonly registry: Registry
  readonly charts: Charts
  readonly steadiness: Steadiness
  /** Epoch milliseconds: records before it are folded only. */
  readonly since: number
}

export class HistoryVerifier {
  readonly #stream: string
  readonly #shared: Verifying
  readonly #again: DecideAgain
  readonly #found = new DifferencesFound()
  readonly #undecided: { [why in UndecidedWhy]: number } = { 'no-chart': 0, 'no-code': 0, 'not-kept': 0, foreign: 0 }
  #state: StateDocument | undefined
  /** Of the chart that decided what was recorded. */
  #fingerprint = ''
  #records = 0
  #decided = 0
  /** The last record moved the chart: a kept event that today's would take now was left, if no record of that follows. */
  #moved: RecordedStep | undefined

  constructor(stream: string, shared: Verifying) {
    this.#stream = stream
    this.#shared = shared
    this.#again = new DecideAgain(addressOf(stream).id)
  }

  /** The next record. Throws why it cannot be folded. */
  async take(event: StoredEvent): Promise<void> {
    this.#records++
    const header = headerOf(event.metadata)
    const before = this.#state
    const after = fold(before, event)
    if (header === undefined || after === undefined) return this.#pass(after, 'foreign')
    if (event.type !== 'refold.recalled') await this.#lookAtKept()
    this.#moved = undefined
    this.#fingerprint = header.fingerprint ?? this.#fingerprint
    const definition = this.#shared.registry.find(definitionIn(header), versionIn(header))
    if (header.at < this.#shared.since) return this.#pass(this.#asRecorded(after))
    if (definition === undefined) return this.#pass(this.#asRecorded(after), 'no-code')
    await this.#verify({ event, header, before, after, definition })
  }

  /** At the end of what is stored. */
  async end(trouble?: HistoryTrouble): Promise<VerifiedHistory> {
    await this.#lookAtKept()
    const state = this.#state
    const { definition = '', version = 0 } = state?.agent ?? {}
    const code = this.#shared.registry.find(definition, version)
    return {
      agent: addressOf(this.#stream),
      stream: this.#stream,
      version,
      status: state?.root.status === undefined ? 'active' : 'ended',
      code: code !== undefined ? 'here' : this.#shared.registry.names.includes(definition) ? 'other-version' : 'none',
      records: this.#records,
      decided: this.#decided,
      undecided: this.#undecided,
      differing: this.#found.records,
      differences: this.#found.differences,
      unsteady: this.#found.unsteady,
      noPlace: state === undefined || code === undefined ? [] : missingIn(code, state),
      ...(trouble === undefined ? undefined : { trouble }),
    }
  }

  /** Its chart is the one that decided it then: where today's decided what came before, the fold does not say so. */
  #asRecorded(after: StateDocument): StateDocument {
    const { agent } = after
    return agent.fingerprint === this.#fingerprint
      ? after
      : { ...after, agent: { ...agent, fingerprint: this.#fingerprint } }
  }

  #pass(after: StateDocument | undefined, why?: UndecidedWhy): void {
    if (why !== undefined) this.#undecided[why]++
    this.#again.passed(this.#state, after)
    this.#state = after
  }

  async #verify(step: RecordedStep): Promise<void> {
    const input = inputOf(step)
    if (typeof input === 'string')
      return this.#pass(input === 'no-code' ? this.#asRecorded(step.after) : step.after, input)
    this.#decided++
    const missing =
      step.header.input.kind === 'migrated' || step.before === undefined ? [] : missingIn(step.definition, step.before)
    if (missing.length > 0)
      return this.#differs({ ...step, decision: undefined }, [{ kind: 'place', path: '', today: missing.join('; ') }])
    const decision = 'code' in input ? ({ kind: 'refused', error: input } as const) : this.#again.decide(input, step)
    if (decision.kind === 'recorded' && isSameRecord(decision, step)) return this.#same(step, decision)
    const places = differingPlaces(decision, step)
    if (places.length === 0 && decision.kind === 'recorded') return this.#same(step, decision)
    const again = (): Decision => {
      this.#again.drop()
      return 'code' in input ? decision : this.#again.decide(input, step)
    }
    await this.#differs({ ...step, decision }, await this.#steady(places, { step, decision, again }))
  }

  #same(step: RecordedStep, { state, tree }: Extract<Decision, { readonly kind: 'recorded' }>): void {
    this.#state = state
    this.#moved = tree === undefined ? undefined : step
  }

  /** Without the places at which today's code is not even the same as itself. */
  async #steady(
    places: readonly DifferingPlace[],
    {
      step,
      decision,
      again,
    }: { readonly step: RecordedStep; readonly decision: Decision; readonly again: () => Decision },
  ): Promise<readonly DifferingPlace[]> {
    const states = [step.after, decision.kind === 'recorded' ? decision.state : undefined]
    const { definition, event } = step
    const kindOf = (path: string): string =>
      `${definition.name} ${definition.version} ${event.type} ${alikePath(path, states)}`
    const paths = places.map(({ path }) => path)
    const moving = await this.#shared.steadiness.unsteady(paths, { first: decision, again, kindOf })
    for (const path of new Set([...moving].map((one) => alikePath(one, states))))
      this.#found.addUnsteady(event.type, path)
    return moving.has('') ? [] : places.filter(({ path }) => !moving.has(path))
  }

  async #differs(answered: Answered, places: readonly DifferingPlace[]): Promise<void> {
    this.#again.drop()
    this.#state = this.#asRecorded(answered.after)
    if (places.length > 0) await this.#tell(answered, places)
  }

  async #tell(answered: Answered, places: readonly DifferingPlace[]): Promise<void> {
    const { group, difference } = await describe(answered, {
      places,
      charts: this.#shared.charts,
      fingerprint: this.#fingerprint,
    })
    if (!this.#found.count(group)) this.#found.add(group, difference)
  }

  /** A kept event that today's chart takes in the state that the last record gave, and that no record took. */
  async #lookAtKept(): Promise<void> {
    const [step, state] = [this.#moved, this.#state]
    this.#moved = undefined
    if (step === undefined || state === undefined || !mayRecall(step, state)) return
    const envelope = { input: { kind: 'recalled' }, worker: '', recalls: false } as const
    const decision = this.#again.decide(envelope, { ...step, before: state })
    if (decision.kind !== 'recorded') return
    this.#again.drop()
    await this.#tell({ ...step, decision }, [{ kind: 'kept', path: '/agent/deferred', today: decision.record.data }])
  }
}

/** What today's schemas say of the payload is an answer too. */
function inputOf(step: RecordedStep): Envelope | UndecidedWhy | RefoldError {
  try {
    return recordedInput(step)
  } catch (error) {
    return refoldError(error)
  }
}

/** In words. None where this very chart made the state. */
function missingIn(definition: DefinitionInternals, state: StateDocument): readonly string[] {
  if (state.agent.fingerprint === definition.fingerprint || state.root.status !== undefined) return []
  return incompatibilitiesOf(definition, state).map(({ what }) => what)
}

function versionIn({ agent }: RecordHeader): number {
  return Number(agent.slice(agent.lastIndexOf('@') + 1))
}
