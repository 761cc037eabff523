/** `refold tail`: what happens to agents, as it is recorded. Nothing of the project's own code is needed. */
import { createClient, printable, RefoldError } from '@refold/core'
import type { Cursor, Followed, FollowOptions, Store } from '@refold/core'
import { withStore } from './store-only.js'
import type { ProjectOptions } from './store-only.js'

export interface TailCommandOptions extends ProjectOptions {
  /** `start`, `now`, a time as ISO 8601, or the `cursor` of a line of `--json`. Default: `now`, with `once` the start. */
  readonly since?: string
  /** Ends when all that is stored was told. */
  readonly once?: boolean
  /** One line of JSON for each record. */
  readonly json: boolean
}

type Event = Extract<Followed, { readonly kind: 'event' }>

/**
 * Tells a line for each record of an agent (`research-42`), of a definition (`research`), or of all. A name that the store does not
 * know may be one that is to come: it is noted, and waited for.
 */
export async function tail(
  who: string | undefined,
  options: TailCommandOptions,
  { tell, note }: { readonly tell: (line: string) => Promise<void>; readonly note: (text: string) => void },
): Promise<void> {
  const from = fromOf(options)
  await withStore({ ...options, readOnly: true }, async ({ store, codecs }) => {
    await using client = await createClient({ store, agents: [], codecs })
    if (who !== undefined && !(await isKnown(store, who))) note(`nothing of "${printable(who)}" is stored`)
    for await (const item of client.follow({ from, hideSecrets: options.showSecrets !== true })) {
      if (item.kind === 'event' && isOf(who, item)) await tell(options.json ? jsonLine(item) : textLine(item))
      if (item.kind === 'caught-up' && options.once === true) return
    }
  })
}

async function isKnown(store: Store, who: string): Promise<boolean> {
  if ((await store.directory.get(who)) !== undefined) return true
  for await (const page of store.directory.find({ definition: who, limit: 1 })) if (page.length > 0) return true
  return false
}

function fromOf({ since, once }: TailCommandOptions): NonNullable<FollowOptions['from']> {
  if (since === undefined) return once === true ? 'start' : 'now'
  if (since === 'start' || since === 'now') return since
  if (since.includes('/')) return since as Cursor // what is none is refused when it is followed
  const at = Date.parse(since)
  if (Number.isFinite(at)) return { at }
  throw new RefoldError('INVALID_INPUT', `--since ${since} is no place in the log`, {
    hint: 'start, now, a time (2026-11-29T14:00:00Z), or the cursor of a line of --json.',
  })
}

function isOf(who: string | undefined, { agent }: Event): boolean {
  return who === undefined || who === agent.name || who === `${agent.name}-${agent.id}`
}

function jsonLine({ agent, event, cursor }: Event): string {
  return JSON.stringify({ agent, ...event.toJSON(), cursor })
}

function textLine({ agent, event }: Event): string {
  const { type, at, revision, by, data } = event
  const notes = [...('effect' in event ? [event.effect] : []), ...(by === undefined ? [] : [`by ${by}`])]
  const parts = [new Date(at).toISOString(), `${agent.name}-${agent.id}`, String(revision), type, ...notes]
  return [...parts.map(printable), JSON.stringify(data)].join('  ')
}
