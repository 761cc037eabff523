/** What each panel of the agent view is given. */
import type { PointView } from '../../contract/agent.js'
import type { AgentModel } from '../state/agent-model.js'

export interface PanelProps {
  readonly model: AgentModel
  /** Of the chosen revision, or still of the one before. */
  readonly point: PointView | undefined
}
