/** The chart of each definition, once per fingerprint, in a stream of its own: for readers without the code. */
import { isJsonObject } from '../json/json-value.js'
import type { JsonObject } from '../json/json-value.js'
import type { Store } from '../store/port.js'

/** No definition's name begins so: it is no agent's stream. */
const CHART_STREAM = 'refold-chart-'

/** The stream that holds the chart of this fingerprint. */
export function chartStream(fingerprint: string): string {
  return `${CHART_STREAM}${fingerprint}`
}

export function isChartStream(stream: string): boolean {
  return stream.startsWith(CHART_STREAM)
}

/**
 * The chart of this fingerprint, as the first process that used it stored it: `chart.schema.json` of the specification says its form.
 * `undefined`: none has. `source` is a store, or what `openExport` gives. Rejects with what the store rejects with.
 */
export async function readChart(source: Pick<Store, 'read'>, fingerprint: string): Promise<JsonObject | undefined> {
  for await (const [first] of source.read(chartStream(fingerprint), { limit: 1 })) {
    const chart = isJsonObject(first?.data) ? first.data['chart'] : undefined
    return isJsonObject(chart) ? chart : undefined
  }
  return undefined
}
