/** The page: what stands above every view, and the view of the address. */
import { useEffect } from 'preact/hooks'
import { AgentView } from './agent/agent-view.js'
import { CompareView } from './compare/compare-view.js'
import { DropTarget } from './data/drop-target.js'
import { FleetView } from './fleet/fleet-view.js'
import { InboxView } from './fleet/inbox-view.js'
import { addKeys } from './keys/keymap.js'
import { Help, isHelpOpen } from './keys/help.js'
import { Boundary } from './parts/boundary.js'
import { Button } from './parts/button.js'
import { Failure } from './parts/failure.js'
import { Icon } from './parts/icon.js'
import { shown } from './parts/safe-text.js'
import { timeOf } from './parts/time-words.js'
import { addressOf, go, route } from './route.js'
import { notice } from './state/notices.js'
import { heardWell, refused, session, trouble } from './state/session.js'

export function App() {
  useEffect(
    () =>
      addKeys('Everywhere', [
        { keys: ['?'], what: 'All keys', act: () => (isHelpOpen.value = true) },
        { keys: ['a'], what: 'All agents', act: () => go({ view: 'fleet' }) },
        { keys: ['i'], what: 'Inbox', act: () => go({ view: 'inbox' }) },
      ]),
    [],
  )
  return (
    <>
      <TopBar />
      <TroubleLine />
      {refused.value === undefined ? (
        session.value === undefined ? null : (
          <Boundary key={route.value.view} what="this view">
            <View />
          </Boundary>
        )
      ) : (
        <Refused />
      )}
      <Help />
      <DropTarget />
      <div class="notice" role="status" aria-live="polite">
        {notice.value === undefined ? null : <p>{shown(notice.value)}</p>}
      </div>
    </>
  )
}

function View() {
  const here = route.value
  switch (here.view) {
    case 'agent':
      return <AgentView key={here.agent} agent={here.agent} />
    case 'compare':
      return <CompareView left={here.left} right={here.right} />
    case 'inbox':
      return <InboxView />
    case 'fleet':
      return <FleetView filter={here} />
  }
}

function TopBar() {
  const { view } = route.value
  const { store, isFile, canWrite, readOnlyBecause } = session.value ?? {}
  return (
    <nav class="top" aria-label="Refold">
      <a class="brand" href={addressOf({ view: 'fleet' })}>
        <svg class="logo" viewBox="0 0 16 16" aria-hidden="true">
          <path d="M3 13V3h5.5a3.2 3.2 0 0 1 0 6.4H3M8 9.4 12.5 13" />
        </svg>
        Refold
      </a>
      <a href={addressOf({ view: 'fleet' })} aria-current={view === 'fleet' ? 'page' : undefined}>
        Agents
      </a>
      <a href={addressOf({ view: 'inbox' })} aria-current={view === 'inbox' ? 'page' : undefined}>
        Inbox
      </a>
      <a href={addressOf({ view: 'compare' })} aria-current={view === 'compare' ? 'page' : undefined}>
        Compare
      </a>
      <span class="grow" />
      {store === undefined ? null : (
        <span class="store" title={canWrite === true ? 'Orders are taken' : (readOnlyBecause ?? 'It only reads')}>
          <Icon name={isFile === true ? 'file' : canWrite === true ? 'send' : 'lock'} />
          <span class="store-name">{shown(store)}</span>
          {canWrite === true ? null : <span class="tag">read-only</span>}
        </span>
      )}
      <Button kind="quiet" icon="help" title="Keys (?)" onClick={() => (isHelpOpen.value = true)} />
    </nav>
  )
}

/** What is shown is old: said for as long as it is so. */
function TroubleLine() {
  const told = trouble.value
  if (told === undefined) return null
  return (
    <div class="trouble" role="alert">
      <Icon name="alert" />
      <span>
        {shown(told.error.message)}. What is shown is as it was at {timeOf(told.since).slice(0, 8)}.
      </span>
      <span class="grow" />
      <Button kind="plain" icon="retry" onClick={heardWell}>
        Try again
      </Button>
    </div>
  )
}

function Refused() {
  const error = refused.value
  return (
    <main class="opening">
      <Failure error={error} what="the inspector" />
      <p class="quiet">
        {error?.code === 'UNREACHABLE'
          ? 'Is it still running? Start it again, and open the address that it prints.'
          : 'Open the address that refold inspect prints: it holds the token of this run.'}
      </p>
    </main>
  )
}
