/** What can be asked, and what the answer is: the one table that every source of data answers. */
import type { Blame, Explanation, HistoryRecord } from '@refold/core/history'
import type {
  AgentHead,
  CompareView,
  DiffView,
  FlipView,
  Lanes,
  PointView,
  RecordRow,
  Skeleton,
  TranscriptView,
  ValuePart,
} from '../../contract/agent.js'
import type { Session } from '../../contract/answer.js'
import type { AgentRows, FleetFilter, FleetView, HeatView, InboxView } from '../../contract/fleet.js'
import type { ActionsView } from '../../contract/orders.js'
import type { ChartView } from '../../contract/chart.js'

interface OfAgent {
  readonly agent: string
}
interface OfPoint extends OfAgent {
  readonly at: number
}
interface OfRange extends OfAgent {
  readonly from: number
  readonly to: number
}

export interface Questions {
  session: { ask: object; answer: Session }
  head: { ask: OfAgent; answer: AgentHead }
  skeleton: { ask: OfAgent & { readonly from?: number }; answer: Skeleton }
  rows: { ask: OfRange; answer: readonly RecordRow[] }
  record: { ask: OfPoint; answer: HistoryRecord }
  point: { ask: OfPoint; answer: PointView }
  value: { ask: OfPoint & { readonly path: string; readonly from?: number }; answer: ValuePart }
  diff: { ask: OfRange; answer: DiffView }
  blame: { ask: OfPoint & { readonly path: string }; answer: Blame }
  explain: { ask: OfPoint; answer: Explanation }
  find: { ask: OfAgent & { readonly where: string }; answer: readonly FlipView[] }
  changes: { ask: OfAgent & { readonly path: string }; answer: readonly number[] }
  lanes: { ask: OfRange; answer: Lanes }
  transcript: { ask: OfPoint; answer: TranscriptView }
  test: { ask: OfPoint; answer: string }
  compare: { ask: { readonly left: string; readonly right: string }; answer: CompareView }
  chart: { ask: { readonly fingerprint: string; readonly machine?: string }; answer: ChartView }
  fleet: { ask: object; answer: FleetView }
  agents: { ask: FleetFilter & { readonly after?: string; readonly limit?: number }; answer: AgentRows }
  heat: { ask: { readonly definition: string; readonly version: number }; answer: HeatView }
  inbox: { ask: object; answer: InboxView }
  actions: { ask: OfAgent; answer: ActionsView }
}

export type QuestionName = keyof Questions
export type Ask<N extends QuestionName> = Questions[N]['ask']
export type Answer<N extends QuestionName> = Questions[N]['answer']

/** Answers that stay as they are: of a moment of a history, of a chart. */
export const LASTING: ReadonlySet<QuestionName> = new Set([
  'record',
  'point',
  'value',
  'diff',
  'blame',
  'explain',
  'transcript',
  'test',
  'chart',
])
