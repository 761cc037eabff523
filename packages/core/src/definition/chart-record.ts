/** The chart of a definition as it is stored once, under its fingerprint, for readers without the code. */
import type { JsonValue } from '../json/json-value.js'
import type { DefinitionInternals } from './internals.js'

/** What `chart.schema.json` of the specification describes. */
export interface ChartRecord {
  /** As in the headers of records and in the state. */
  readonly fingerprint: string
  readonly chart: JsonValue
}

/** The same for the same definition, in every process. */
export function chartRecord({ fingerprint, chart }: Pick<DefinitionInternals, 'fingerprint' | 'chart'>): ChartRecord {
  return { fingerprint, chart }
}
