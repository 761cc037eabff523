/** The keys of the agent view. */
import { useEffect } from 'preact/hooks'
import { addKeys } from '../keys/keymap.js'
import type { KeyAct } from '../keys/keymap.js'
import { addressOf, go, route } from '../route.js'
import type { PanelName } from '../route.js'
import type { AgentModel } from '../state/agent-model.js'
import { askForRevision, forkFrom } from '../state/dialogs.js'
import { stepToChange } from '../state/field-changes.js'
import { change, goLive, moveBy, moveTo } from '../state/moving.js'
import { copy } from '../state/notices.js'
import { copyTest } from './copy-test.js'

export function useAgentKeys(model: AgentModel): void {
  useEffect(() => addKeys('Through time', moving(model)), [model])
  useEffect(() => addKeys('What is shown', showing(model)), [model])
}

function moving(model: AgentModel): readonly KeyAct[] {
  return [
    { keys: ['ArrowLeft', 'ArrowUp'], what: 'Previous record', act: () => moveBy(model, -1) },
    { keys: ['ArrowRight', 'ArrowDown'], what: 'Next record', act: () => moveBy(model, 1) },
    { keys: ['Shift+ArrowLeft', 'Shift+ArrowUp'], what: 'Ten back', act: () => moveBy(model, -10) },
    { keys: ['Shift+ArrowRight', 'Shift+ArrowDown'], what: 'Ten on', act: () => moveBy(model, 10) },
    { keys: ['Alt+ArrowLeft'], what: 'Previous change of the selected field', act: () => void stepToChange(model, -1) },
    { keys: ['Alt+ArrowRight'], what: 'Next change of the selected field', act: () => void stepToChange(model, 1) },
    { keys: ['Home'], what: 'First record', act: () => moveTo(model, model.columns.first) },
    { keys: ['End'], what: 'Newest record', act: () => moveTo(model, model.last.peek()) },
    { keys: ['g'], what: 'Go to a revision', act: askForRevision },
    { keys: ['l'], what: 'Follow live', act: goLive },
  ]
}

function showing(model: AgentModel): readonly KeyAct[] {
  const panel = (name: PanelName) => () => change({ panel: name })
  return [
    { keys: ['/'], what: 'Filter the records', act: () => focusOn('filter') },
    { keys: ['s'], what: 'State', act: panel('state') },
    { keys: ['d'], what: 'Pin this revision, and show what differs from it', act: () => pin(model) },
    { keys: ['b'], what: 'Who set the selected field', act: panel('blame') },
    { keys: ['e'], what: 'Why this record came', act: panel('explain') },
    { keys: ['x'], what: 'Find where a condition holds', act: () => findWhere() },
    { keys: ['f'], what: 'Fork from here', act: () => forkFrom(model.stateAt.peek()) },
    {
      keys: ['c'],
      what: 'Compare',
      act: () => go({ view: 'compare', left: `${model.agent}@${model.revision.peek()}` }),
    },
    {
      keys: ['y'],
      what: 'Copy the address of this view',
      act: () => void copy(location.origin + addressOf(route.peek()), 'the address'),
    },
    { keys: ['t'], what: 'Copy as a test', act: () => void copyTest(model) },
  ]
}

function pin(model: AgentModel): void {
  const here = route.peek()
  const isPinned = here.view === 'agent' && here.base !== undefined
  change({ base: isPinned ? undefined : model.revision.peek(), panel: 'diff' })
}

function findWhere(): void {
  change({ panel: 'find' })
  requestAnimationFrame(() => focusOn('where'))
}

function focusOn(id: string): void {
  document.getElementById(id)?.focus()
}
