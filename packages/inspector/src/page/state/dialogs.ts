/** Which dialog is open. */
import { signal } from '@preact/signals'
import type { ActionsView } from '../../contract/orders.js'

type Events = ActionsView['events'][number]
type Doubt = ActionsView['doubts'][number]

export type OpenDialog =
  | { readonly kind: 'revision' }
  | { readonly kind: 'fork'; readonly at: number }
  | { readonly kind: 'send'; readonly event: Events }
  | { readonly kind: 'approve'; readonly event: Events }
  | { readonly kind: 'resolve'; readonly doubt: Doubt }
  | { readonly kind: 'way'; readonly way: ActionsView['ways'][number] }

export const dialog = signal<OpenDialog | undefined>(undefined)

export function closeDialog(): void {
  dialog.value = undefined
}

export function askForRevision(): void {
  dialog.value = { kind: 'revision' }
}

export function forkFrom(at: number): void {
  dialog.value = { kind: 'fork', at }
}
