import { expect, test } from 'vitest'
import { addressOf, readRoute } from './route.js'
import type { Route } from './route.js'

function read(address: string): Route {
  const { pathname, search } = new URL(address, 'http://localhost')
  return readRoute(pathname, search)
}

test.each([
  '/',
  '/inbox',
  '/?definition=research&state=review&concern=in-doubt&text=sky&version=3',
  '/compare?left=research-42@400&right=research-42',
  '/a/research-42',
  '/a/research-42?r=412&base=400&f=/context/budget&p=blame&e=3.0&only=failed&where=/context/n%3E1',
  '/a/research-a%20b%3Fc%23d%25',
])('INS-60 %s is an address that means the same when it is read again', (address) => {
  expect(addressOf(read(address))).toBe(address)
})

test('INS-60 what an address cannot mean is left out', () => {
  expect(read('/a/research-42?r=-1&base=x&p=nothing&token=secret')).toEqual({ view: 'agent', agent: 'research-42' })
  expect(read('/?version=x&token=secret')).toEqual({ view: 'fleet' })
  expect(read('/a/%E0%A4%A')).toEqual({ view: 'agent', agent: '%E0%A4%A' })
})
