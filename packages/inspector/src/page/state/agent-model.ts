/** The agent that is shown: its head, its records in columns, and what is new of it. */
import { computed, effect, signal } from '@preact/signals'
import type { AgentHead } from '../../contract/agent.js'
import type { CodedError } from '../../contract/answer.js'
import type { LiveEvent } from '../../contract/live.js'
import type { KeptAnswers } from '../data/kept-answers.js'
import { codedOf } from '../data/source.js'
import type { DataSource } from '../data/source.js'
import { route } from '../route.js'
import { Columns } from './columns.js'
import { heardTrouble, heardWell } from './session.js'

/** Between two drawings of new records. */
const PACE_MS = 150
/** Records that are near: lists go with each step. */
const NEAR = 30
const REST_MS = 90

export class AgentModel {
  readonly agent: string
  readonly head = signal<AgentHead | undefined>(undefined)
  readonly error = signal<CodedError | undefined>(undefined)
  /** Grows as the agent goes on; read `length` for that. */
  readonly columns = new Columns()
  readonly length = signal(0)
  readonly last = computed(() => this.columns.first + this.length.value - 1)
  /** Where the address says to stand; without one, at the newest. */
  readonly revision = computed(() => {
    const asked = route.value.view === 'agent' ? route.value.at : undefined
    const newest = this.last.value
    return asked === undefined ? newest : Math.max(this.columns.first, Math.min(asked, newest))
  })
  /** The newest state at or before the revision: behind damage there is none. */
  readonly stateAt = computed(() => Math.min(this.revision.value, this.lastState.value))
  /** The revision, once it rests: while someone drags through thousands, lists do not jump after each. */
  readonly settled = signal(0)
  readonly isLive = computed(() => route.value.view === 'agent' && route.value.at === undefined)
  readonly lastState = computed(() => {
    const damaged = this.head.value?.trouble?.revision
    return damaged === undefined ? this.last.value : (this.head.value?.lastState ?? damaged - 1)
  })
  readonly #answers: KeptAnswers
  readonly #source: DataSource
  #stop: () => void = () => {}
  #isClosed = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #shownAt = 0
  #resting: ReturnType<typeof setTimeout> | undefined
  #stopSettling: () => void = () => {}

  constructor(agent: string, { answers, source }: { readonly answers: KeptAnswers; readonly source: DataSource }) {
    this.agent = agent
    this.#answers = answers
    this.#source = source
  }

  async open(): Promise<void> {
    const { agent } = this
    try {
      const [head, skeleton] = await Promise.all([
        this.#answers.ask('head', { agent }),
        this.#answers.ask('skeleton', { agent }),
      ])
      if (this.#isClosed) return
      this.columns.add(skeleton)
      this.head.value = head
      this.length.value = this.columns.length
      this.error.value = undefined
      this.#settle()
      this.#follow()
    } catch (error) {
      this.error.value = codedOf(error)
    }
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#stop()
    this.#stopSettling()
    clearTimeout(this.#resting)
  }

  #hear(event: LiveEvent): void {
    if (event.kind === 'records') {
      if (this.columns.add(event.skeleton)) this.#showSoon()
      else void this.#readOn()
    } else if (event.kind === 'reload') void this.#reload()
    else if (event.kind === 'trouble') heardTrouble(event.error)
    else if (event.kind === 'well') heardWell()
  }

  /** However many records come, they are shown some times a second: no one reads faster, and each time asks the server. */
  #showSoon(): void {
    if (this.#timer !== undefined) return
    const wait = Math.max(0, this.#shownAt + PACE_MS - performance.now())
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#shownAt = performance.now()
      this.length.value = this.columns.length
      void this.#readHead()
    }, wait)
  }

  /** The stream has ended, as the page was too far behind. */
  async #reload(): Promise<void> {
    await this.#readOn()
    if (!this.#isClosed) this.#follow()
  }

  #follow(): void {
    this.#stop = this.#source.live({ agent: this.agent, after: this.columns.last }, (event) => this.#hear(event))
  }

  #settle(): void {
    const stop = effect(() => {
      const revision = this.revision.value
      clearTimeout(this.#resting)
      const rest = (): void => void (this.settled.value = revision)
      if (Math.abs(revision - this.settled.peek()) <= NEAR) rest()
      else this.#resting = setTimeout(rest, REST_MS)
    })
    this.settled.value = this.revision.peek()
    this.#stopSettling = stop
  }

  async #readOn(): Promise<void> {
    const skeleton = await this.#answers
      .ask('skeleton', { agent: this.agent, from: this.columns.last + 1 })
      .catch(() => undefined) // trouble is told, and the next record asks again
    if (skeleton !== undefined && !this.#isClosed && this.columns.add(skeleton)) this.#showSoon()
  }

  /** Damage behind the end, another version: what the head alone says. */
  async #readHead(): Promise<void> {
    const known = this.head.peek()
    if (known === undefined || performance.now() - this.#headReadAt < 1_000) return
    this.#headReadAt = performance.now()
    const head = await this.#answers.ask('head', { agent: this.agent }).catch(() => known)
    if (!this.#isClosed && JSON.stringify({ ...head, last: 0 }) !== JSON.stringify({ ...known, last: 0 }))
      this.head.value = head
  }

  #headReadAt = 0
}
