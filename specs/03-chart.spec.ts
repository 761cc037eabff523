/** The chart of a definition is what its schema says, and names the edges of the records of its agents. */
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { beforeAll, describe, expect, test } from 'vitest'
import type { AgentDefinition } from '@refold/core'
import { describeDefinition } from '@refold/core/definition'
import type { RecordMetadata } from '@refold/core/record'
import { produceRecords } from './record-format/produced-records.js'
import type { ProducedStream } from './record-format/produced-records.js'
import { early, failing, payment, research } from './record-format/sample-agents.js'
import { chief, helper } from './record-format/sample-correspondents.js'
import { play } from './scenes/play.js'

interface Chart {
  readonly edges: readonly { readonly id: string }[]
  readonly schemas?: object
}

function chartOf(definition: AgentDefinition): Chart {
  return describeDefinition(definition).chart as unknown as Chart
}

describe('the chart', () => {
  const schema = JSON.parse(readFileSync(new URL('chart.schema.json', import.meta.url), 'utf8')) as object
  const isChart = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false }).compile(
    schema,
  )
  const definitions = [research, payment, failing, chief, helper, early] as readonly AgentDefinition[]
  let streams: readonly ProducedStream[] = []

  beforeAll(() =>
    play('charts', async (simulation) => {
      streams = await produceRecords(simulation)
    }),
  )

  test.each(definitions.map((definition) => [definition.name, definition] as const))(
    'REC-15 that of %s fits its schema',
    (_name, definition) => {
      const chart = chartOf(definition)
      expect(isChart(chart) ? [] : isChart.errors, JSON.stringify(chart, null, 1)).toEqual([])
      expect(isChart({ ...chart, extra: 1 })).toBe(false)
      expect(isChart({ ...chart, nodes: [{ id: 'm', type: 'atomic' }] })).toBe(false)
    },
  )

  test('REC-15 every edge that a path names is in it', () => {
    let named = 0
    for (const { stream, records } of streams) {
      const definition = definitions.find(({ name }) => stream.startsWith(`${name}-`)) as AgentDefinition
      const edges = new Set(chartOf(definition).edges.map(({ id }) => id))
      for (const { metadata } of records) {
        const { path = [] } = (metadata as unknown as RecordMetadata).refold.body
        for (const edge of path.filter((id) => !id.includes('/'))) {
          expect(edges).toContain(edge)
          named++
        }
      }
    }
    expect(named).toBeGreaterThan(10)
  })

  test('REC-15 it has the schemas that were given', () => {
    expect(chartOf(research).schemas).toMatchObject({
      input: { properties: { topic: { type: 'string' } } },
      events: { approve: { properties: { by: { type: 'string' } } } },
    })
  })
})
