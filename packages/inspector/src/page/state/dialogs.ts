/** Which dialog is open. */
import { signal } from '@preact/signals'
import { say } from './notices.js'
import { offBecause } from './session.js'
import type { ActionsView } from '../../contract/orders.js'

type AskedEvent = ActionsView['events'][number]
type Doubt = ActionsView['doubts'][number]

export type OpenDialog =
  | { readonly kind: 'revision' }
  | { readonly kind: 'fork'; readonly at: number }
  /** `revision`: that the form was made for, whatever comes while it is open. */
  | { readonly kind: 'send'; readonly event: AskedEvent; readonly revision: number }
  | { readonly kind: 'approve'; readonly event: AskedEvent }
  | { readonly kind: 'resolve'; readonly doubt: Doubt }
  | { readonly kind: 'way'; readonly way: ActionsView['ways'][number] }

export const dialog = signal<OpenDialog | undefined>(undefined)

export function closeDialog(): void {
  dialog.value = undefined
}

export function askForRevision(): void {
  dialog.value = { kind: 'revision' }
}

/** Or a note why there is none. */
export function forkFrom(at: number): void {
  const off = offBecause()
  if (off !== undefined) return say(`Nothing can be forked from here: ${off}.`)
  dialog.value = { kind: 'fork', at }
}
