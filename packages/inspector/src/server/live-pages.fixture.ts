/** Pages that look at what goes on. */
import { EventEmitter, once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { LiveEvent } from '../contract/live.js'
import type { ServedFixture } from './served.fixture.js'

/** What a page hears. */
export class Heard {
  readonly events: LiveEvent[] = []
  readonly revisions: number[] = []
  id = ''
  readonly #changed = new EventEmitter()
  #rest = ''

  take(text: string): void {
    const blocks = (this.#rest + text).split('\n\n')
    this.#rest = blocks.pop() ?? ''
    for (const line of blocks.flatMap((block) => block.split('\n'))) {
      if (line.startsWith('id: ')) this.id = line.slice(4)
      if (!line.startsWith('data: ')) continue
      const event = JSON.parse(line.slice(6)) as LiveEvent
      this.events.push(event)
      if (event.kind === 'records')
        this.revisions.push(...event.skeleton.types.map((_, at) => event.skeleton.from + at))
    }
    this.#changed.emit('changed')
  }

  async until(is: (heard: Heard) => boolean): Promise<void> {
    while (!is(this)) await once(this.#changed, 'changed')
  }
}

export interface Page {
  readonly heard: Heard
  readonly response: IncomingMessage
  leave(): void
}

export async function look(served: ServedFixture, query: string, headers: Record<string, string> = {}): Promise<Page> {
  const { port } = served.server
  const asked = request({
    host: '127.0.0.1',
    port,
    path: `/api/live?${query}`,
    headers: { cookie: served.cookie, ...headers },
  })
  asked.end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  const heard = new Heard()
  response.on('error', () => {})
  response.on('data', (part: Buffer) => heard.take(part.toString()))
  return { heard, response, leave: () => asked.destroy() }
}
