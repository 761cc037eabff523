/** The chart of each definition, once per fingerprint, in a stream of its own: for readers without the code. */
import { isJsonObject } from '../json/json-value.js'
import type { JsonObject } from '../json/json-value.js'
import type { AgentReader } from './agent-log.js'

/** No definition's name begins so: it is no agent's stream. */
const CHART_STREAM = 'refold-chart-'

/** The stream that holds the chart of this fingerprint. */
export function chartStream(fingerprint: string): string {
  return `${CHART_STREAM}${fingerprint}`
}

export function isChartStream(stream: string): boolean {
  return stream.startsWith(CHART_STREAM)
}

/** The chart as the first process that used it stored it; `undefined`: none has. Throws what the store throws. */
export async function readChart(log: Pick<AgentReader, 'read'>, fingerprint: string): Promise<JsonObject | undefined> {
  for await (const [first] of log.read(chartStream(fingerprint), { limit: 1 })) {
    const chart = isJsonObject(first?.data) ? first.data['chart'] : undefined
    return isJsonObject(chart) ? chart : undefined
  }
  return undefined
}
