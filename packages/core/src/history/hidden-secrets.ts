/** Records of many agents without what is secret in them, each as it comes. */
import { headerOf } from '../record/header.js'
import type { StoredEvent } from '../store/port.js'
import type { HistorySource } from './history-types.js'
import { NotedSecrets } from './noted-secrets.js'

/** Of so many agents what is secret is kept; of others it is read again. */
const KEPT = 64

export class HiddenSecrets {
  readonly #source: Pick<HistorySource, 'read'>
  /** By stream, the one used last at the end. */
  readonly #kept = new Map<string, Promise<NotedSecrets>>()

  constructor(source: Pick<HistorySource, 'read'>) {
    this.#source = source
  }

  /** The event itself where its agent has no secrets. Rejects with `NOT_FOUND` where no one knows what is secret. */
  async without(event: StoredEvent): Promise<StoredEvent> {
    if (headerOf(event.metadata)?.hasSecrets !== true) return event
    const secrets = await this.#of(event.stream)
    await secrets.note(event)
    return secrets.without(event)
  }

  #of(stream: string): Promise<NotedSecrets> {
    const secrets = this.#kept.get(stream) ?? NotedSecrets.of(this.#source, [stream])
    this.#kept.delete(stream)
    this.#kept.set(stream, secrets)
    secrets.catch(() => this.#kept.delete(stream)) // the next record asks again
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest)
    return secrets
  }
}
