/** The consumer, and what stands for a mail server. */
import { defineConsumer } from '@refold/core'
import type { Consumer } from '@refold/core'
import { invoice } from './agent.js'

/** Takes a mail with the same key once, as real ones do that know idempotency keys. */
export class MailServer {
  readonly sent = new Map<string, string>()
  isOpen = true

  async send(text: string, { key }: { readonly key: string }): Promise<void> {
    if (!this.isOpen) throw new Error('the mail server is closed')
    this.sent.set(key, text)
  }
}

/** `each` knows what `paid` carries: its agents say so. */
export function mailerTo(server: MailServer): Consumer {
  return defineConsumer({
    name: 'mailer',
    agents: [invoice],
    retry: { attempts: 2, delayMs: 20 },
    each: async ({ agent, event, key }) => {
      if (event.type === 'paid') await server.send(`invoice ${agent.id}: ${event.data.cents} cents`, { key })
    },
  })
}
