/** What waits for a person. */
import { useEffect, useState } from 'preact/hooks'
import type { InboxItem } from '../../contract/fleet.js'
import { useAnswer } from '../data/use-answer.js'
import { Failure } from '../parts/failure.js'
import { Icon } from '../parts/icon.js'
import { JsonText } from '../parts/json-text.js'
import { shown } from '../parts/safe-text.js'
import { ago, momentOf } from '../parts/time-words.js'
import { addressOf } from '../route.js'

const AGAIN_MS = 5_000

export function InboxView() {
  const [version, setVersion] = useState(0)
  useEffect(() => {
    document.title = 'Inbox · Refold'
    const timer = setInterval(() => setVersion((before) => before + 1), AGAIN_MS)
    return () => clearInterval(timer)
  }, [])
  const { value, error } = useAnswer('inbox', {}, { version })
  return (
    <main class="inbox">
      <h1>Inbox</h1>
      <p class="quiet">
        Approvals that a person has to give, and effects of which no one can tell whether they happened.
      </p>
      <Failure error={error} what="the inbox" />
      {value?.items.length === 0 ? <p class="empty">Nothing waits for a person.</p> : null}
      <ul class="inbox-items">
        {value?.items.map((item) => (
          <Item key={`${item.agent} ${item.kind} ${item.what} ${item.effect ?? ''}`} item={item} />
        ))}
      </ul>
      {value?.isCut === true ? <p class="quiet">There is more than is shown.</p> : null}
    </main>
  )
}

function Item({ item: { kind, agent, what, at, revision, why, effect, asked, error } }: { readonly item: InboxItem }) {
  const isDoubt = kind === 'doubt'
  return (
    <li class={isDoubt ? 'inbox-item held' : 'inbox-item info'}>
      <Icon name={isDoubt ? 'doubt' : 'owner'} />
      <div>
        <a
          href={addressOf({
            view: 'agent',
            agent,
            ...(isDoubt && effect !== undefined ? { panel: 'effects', effect } : {}),
          })}
        >
          <strong>{shown(agent)}</strong> {isDoubt ? 'is in doubt about' : 'waits for'} <strong>{shown(what)}</strong>
        </a>
        {why === undefined ? null : <p class="quiet">{shown(why)}</p>}
        {asked === undefined ? null : (
          <p class="asked">
            <JsonText value={asked.payload} />
          </p>
        )}
        {error === undefined ? null : <p class="quiet">{shown(error.message)}</p>}
      </div>
      <span class="grow" />
      <a class="quiet" title={momentOf(at)} href={addressOf({ view: 'agent', agent, at: revision })}>
        {ago(at)}, revision {revision}
      </a>
    </li>
  )
}
