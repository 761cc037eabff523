/** What can be done, and orders, as paths. */
import { RefoldError } from '@refold/core/store'
import { textIn } from '../answers/params.js'
import type { OpenedAgents } from '../answers/opened-agents.js'
import type { WaysOptions } from '../commands/ways-on.js'
import { ROUTES } from '../contract/answer.js'
import type { FleetSource } from '../fleet/fleet-source.js'
import type { Served } from '../server/served.js'
import { actionsOf } from './actions-view.js'
import type { Acting } from './acting.js'
import { parseOrder } from './parse-order.js'

/** Why no order is taken, and what lets one be. */
export interface ReadOnly {
  readonly because: string
  readonly hint: string
}

export interface OrderParts {
  readonly agents: OpenedAgents
  readonly places: WaysOptions
  /** Absent: no definitions are loaded. */
  readonly acting?: (Acting & FleetSource) | undefined
  /** Absent: orders are taken. */
  readonly readOnly?: ReadOnly | undefined
}

export function orderRoutes({ agents, places, acting, readOnly }: OrderParts): readonly Served[] {
  const actions: Served = {
    path: ROUTES.actions,
    method: 'GET',
    answer: async ({ params }) => actionsOf(await agents.open(textIn(params, 'agent')), { places, acting }),
  }
  return [actions, acting === undefined || readOnly !== undefined ? refused(readOnly ?? NO_CODE) : taken(acting)]
}

const NO_CODE: ReadOnly = { because: 'no definitions are loaded', hint: 'Load those of its agents.' }

function taken(acting: Acting & FleetSource): Served {
  return {
    path: ROUTES.order,
    method: 'POST',
    isOrder: true,
    answer: async ({ body }) => {
      const order = parseOrder(body)
      const { perform } = await import('./perform.js')
      return perform(order, acting)
    },
  }
}

function refused({ because, hint }: ReadOnly): Served {
  return {
    path: ROUTES.order,
    method: 'POST',
    answer: () => Promise.reject(new RefoldError('NOT_ALLOWED', `nothing can be done from here: ${because}`, { hint })),
  }
}
