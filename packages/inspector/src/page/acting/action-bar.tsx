/** What can be done with an agent: what is off says why. */
import type { ComponentChildren } from 'preact'
import type { ActionsView } from '../../contract/orders.js'
import { copyTest } from '../agent/copy-test.js'
import { useAnswer } from '../data/use-answer.js'
import { Button } from '../parts/button.js'
import { Menu } from '../parts/menu.js'
import { plain, shown } from '../parts/safe-text.js'
import { addressOf, route } from '../route.js'
import type { AgentModel } from '../state/agent-model.js'
import { dialog, forkFrom } from '../state/dialogs.js'
import type { OpenDialog } from '../state/dialogs.js'
import { copy } from '../state/notices.js'
import { offBecause, session, source } from '../state/session.js'
import { Orders } from './orders.js'
import { VERBS } from './way-dialog.js'

export function ActionBar({ model }: { readonly model: AgentModel }) {
  const off = offBecause()
  const isOff = off !== undefined
  const { value: actions, error } = useAnswer('actions', isOff ? undefined : { agent: model.agent }, {
    version: model.last.value,
  })
  return (
    <div class="actions" role="group" aria-label="What can be done">
      <ActMenu
        actions={actions}
        off={off ?? (actions === undefined ? (error?.message ?? 'what it takes is being read') : undefined)}
      />
      <Button
        kind="plain"
        icon="fork"
        off={off}
        title="Fork from the chosen revision (F)"
        onClick={() => forkFrom(model.stateAt.peek())}
      >
        Fork
      </Button>
      <ShareMenu model={model} />
      <Orders model={model} />
    </div>
  )
}

function ActMenu({ actions, off }: { readonly actions: ActionsView | undefined; readonly off: string | undefined }) {
  const { events = [], doubts = [], ways = [], revision = 0 } = actions ?? {}
  const open = (next: OpenDialog) => () => void (dialog.value = next)
  return (
    <Menu label="Act" icon="send" kind="main" off={off}>
      {events.map((event) => (
        <MenuItem
          key={event.type}
          hint={event.isTaken === false ? 'refused now' : event.needsApproval ? 'to be approved' : ''}
          onClick={open(event.needsApproval ? { kind: 'approve', event } : { kind: 'send', event, revision })}
        >
          {event.needsApproval ? 'Approve' : 'Send'} <strong>{shown(event.type)}</strong>
        </MenuItem>
      ))}
      {doubts.map((doubt) => (
        <MenuItem key={doubt.effect} hint="in doubt" onClick={open({ kind: 'resolve', doubt })}>
          Resolve <strong>{shown(doubt.src)}</strong>
        </MenuItem>
      ))}
      {ways.map((way) =>
        way.do === undefined ? null : (
          <MenuItem key={way.do} hint={plain(way.what)} onClick={open({ kind: 'way', way })}>
            {VERBS[way.do]}
          </MenuItem>
        ),
      )}
      {events.length + doubts.length + ways.length === 0 ? (
        <p class="quiet">It takes nothing where it stands.</p>
      ) : null}
    </Menu>
  )
}

interface MenuItemProps {
  readonly hint: string
  readonly onClick: () => void
  readonly children: ComponentChildren
}

function MenuItem({ hint, onClick, children }: MenuItemProps) {
  return (
    <button type="button" class="menu-item" onClick={onClick}>
      <span>{children}</span>
      {hint === '' ? null : <span class="quiet">{hint}</span>}
    </button>
  )
}

function ShareMenu({ model }: { readonly model: AgentModel }) {
  const file = source.value?.exportAddress?.(model.agent)
  const copyAddress = (): void => void copy(location.origin + addressOf(route.peek()), 'the address')
  return (
    <Menu label="Share" icon="link" kind="plain">
      {session.value?.isFile === true ? null : (
        <MenuItem hint="Y" onClick={copyAddress}>
          Copy the address of this view
        </MenuItem>
      )}
      <MenuItem hint="T" onClick={() => void copyTest(model)}>
        Copy as a test
      </MenuItem>
      <a class="menu-item" href={addressOf({ view: 'compare', left: `${model.agent}@${model.revision.value}` })}>
        <span>Compare with …</span>
        <span class="quiet">C</span>
      </a>
      {file === undefined ? null : (
        <a class="menu-item" href={file} download>
          <span>Export the history</span>
        </a>
      )}
    </Menu>
  )
}
