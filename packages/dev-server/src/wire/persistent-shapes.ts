/** The requests of persistent subscriptions, for the check before they are decoded. */
import type { MessageShape } from './message-shapes.js'

const LEAF: MessageShape = {}
const UUID: MessageShape = { 1: LEAF }
const STREAM: MessageShape = { 1: LEAF, 2: LEAF, 3: LEAF, 4: LEAF }
const FILTER: MessageShape = { 1: LEAF, 2: LEAF, 4: LEAF }
const ALL: MessageShape = { 1: LEAF, 2: LEAF, 3: LEAF, 4: FILTER, 5: LEAF }
const SETTINGS: MessageShape = {}
const ANSWERED: MessageShape = { 2: UUID }

export const CHANGE_REQUEST: MessageShape = { 1: { 1: LEAF, 3: SETTINGS, 4: STREAM, 5: ALL } }
export const DELETE_GROUP_REQUEST: MessageShape = { 1: { 1: LEAF, 3: LEAF } }
export const INFO_REQUEST: MessageShape = { 1: { 1: LEAF, 2: LEAF } }
export const REPLAY_REQUEST: MessageShape = { 1: { 2: LEAF, 3: LEAF, 5: LEAF } }
export const LIST_REQUEST: MessageShape = { 1: { 1: LEAF, 2: { 1: LEAF, 2: LEAF } } }
export const CONSUME_REQUEST: MessageShape = {
  1: { 1: LEAF, 4: { 1: LEAF, 2: LEAF }, 5: LEAF },
  2: ANSWERED,
  3: ANSWERED,
}
