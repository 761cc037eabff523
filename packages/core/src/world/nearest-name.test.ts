import { describe, expect, it } from 'vitest'
import { nearestName, suggestName } from './nearest-name.js'

describe('nearestName', () => {
  it.each([
    ['darft', 'draft'],
    ['Draft', 'draft'],
    ['drafts', 'draft'],
    ['chargeCrad', 'chargeCard'],
    ['publish', undefined],
    ['', undefined],
  ])('of %j is %j', (name, nearest) => {
    expect(nearestName(name, ['review', 'draft', 'chargeCard'])).toBe(nearest)
  })
})

describe('suggestName', () => {
  it('names the near one, else all, else that there is none', () => {
    expect(suggestName('darft', ['draft', 'review'])).toBe("Did you mean 'draft'?")
    expect(suggestName('publish', ['draft', 'review'])).toBe("Known: 'draft', 'review'.")
    expect(suggestName('publish', [])).toBe('There is none.')
  })
})
