import { describe, expect, test } from 'vitest'
import { fieldsOf, valuesOf } from './schema-fields.js'

const SCHEMA = {
  type: 'object',
  required: ['question', 'budget', 'tone'],
  properties: {
    type: { const: 'ask' },
    question: { type: 'string', description: 'What people want to know' },
    budget: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    tone: { enum: ['calm', 7, null] },
    isDraft: { type: 'boolean' },
    sources: { type: 'array', items: { type: 'string' } },
  },
}

describe('the form of an event', () => {
  test('INS-78 has a field for each member of its schema, and JSON for what no field fits', () => {
    const fields = fieldsOf(SCHEMA) ?? []
    expect(fields.map(({ name, kind, isRequired }) => [name, kind, isRequired])).toEqual([
      ['question', 'long', true],
      ['budget', 'integer', true],
      ['tone', 'choice', true],
      ['isDraft', 'boolean', false],
      ['sources', 'json', false],
    ])
    expect(fields[1]).toMatchObject({ least: 0, most: undefined })
    expect(fieldsOf({ anyOf: [] })).toBeUndefined()
    expect(fieldsOf(undefined)).toBeUndefined()
  })

  test('INS-78 gives values of their types, and says which one is missing or wrong', () => {
    const fields = fieldsOf(SCHEMA) ?? []
    const whole = { question: '12', budget: '12', tone: '1', isDraft: 'false', sources: '["a"]' }
    expect(valuesOf(fields, whole)).toEqual({
      value: { question: '12', budget: 12, tone: 7, isDraft: false, sources: ['a'] },
    })
    expect(valuesOf(fields, { ...whole, isDraft: '', sources: undefined })).toEqual({
      value: { question: '12', budget: 12, tone: 7 },
    })
    expect(valuesOf(fields, { ...whole, budget: '' })).toEqual({ wrong: 'budget is missing' })
    expect(valuesOf(fields, { ...whole, sources: '[' })).toEqual({ wrong: 'sources is no JSON' })
  })
})
