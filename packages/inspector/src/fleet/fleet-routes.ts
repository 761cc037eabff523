/** The questions about all agents, as paths. */
import { ROUTES } from '../contract/answer.js'
import type { Served } from '../server/served.js'
import { fleetAnswers } from './fleet-answers.js'
import type { FleetParts, FleetQuestion } from './fleet-answers.js'

export function fleetRoutes(parts: FleetParts): readonly Served[] {
  const answers = Object.entries(fleetAnswers(parts))
  return answers.map(([name, answer]) => ({
    path: ROUTES[name as FleetQuestion], // its own members
    method: 'GET',
    answer: ({ params, signal }) => answer(params, signal),
  }))
}
