import { expect, test } from 'vitest'
import { tableOf } from './table.js'

const ROWS = [
  ['order-1', 'asking'],
  ['order-1000', 'a state of a\tcertain length'],
]

test('CLI-27 a table is aligned and cut to a terminal, and separated by tabs and whole for a program', () => {
  expect(tableOf(['AGENT', 'STATE'], ROWS, {})).toBe(
    'AGENT\tSTATE\norder-1\tasking\norder-1000\ta state of a\\u0009certain length',
  )
  const shown = tableOf(['AGENT', 'STATE'], ROWS, { isTTY: true, columns: 24 })
  expect(shown).toBe('AGENT       STATE\norder-1     asking\norder-1000  a state of…')
  for (const line of shown.split('\n')) expect(line.length).toBeLessThan(24)
})

test('CLI-27 the widest columns of a table give way in a terminal, so that something of each is seen', () => {
  const row = ['1', 'x'.repeat(50), 'short', 'y'.repeat(60)]
  const shown = tableOf(['REV', 'PAYLOAD', 'WHO', 'WHY'], [row], { isTTY: true, columns: 60 })
  expect(shown.split('\n')[1]).toMatch(/^1 {4}x{10,}… {2}short {2}y{10,}…$/)
  const narrow = tableOf(['REV', 'PAYLOAD', 'WHO', 'WHY'], [row], { isTTY: true, columns: 20 })
  for (const line of narrow.split('\n')) expect(line.length).toBeLessThan(20)
  const many = Array.from({ length: 200_000 }, (_, number) => [String(number)])
  expect(tableOf(['N'], many, { isTTY: true, columns: 20 }).length).toBeGreaterThan(1_000_000)
})

test('CLI-113 of a type of record and of a place in a state the end is shown in a narrow terminal', () => {
  const rows = [
    ['1', 'refold.effect.done', '/root/context/order/total', 'a value that is long'],
    ['2', 'accept', '/root/value', 'short'],
  ]
  const shown = tableOf(['REV', 'TYPE', 'PATH', 'VALUE'], rows, { isTTY: true, columns: 50 }).split('\n')
  expect(shown[0]).toMatch(/^REV {2}TYPE +PATH +VALUE$/)
  expect(shown[1]).toMatch(/^1 {4}…[a-z.]+\.done {2}…[a-z/]+\/total {2}a value[a-z ]*…$/)
  expect(shown[2]).toMatch(/^2 {4}accept +\/root\/value +short$/)
  const narrow = tableOf(['AGENT', 'STATE', 'OWNER'], [['x'.repeat(12), 'y'.repeat(20), 'z'.repeat(20)]], {
    isTTY: true,
    columns: 24,
  })
  expect(narrow).not.toContain('……')
})

test('CLI-27 where a terminal is too narrow for all columns, times are shortened before a column is lost', () => {
  const head = ['REV', 'TIME', 'TYPE', 'ABOUT', 'BECOMES', 'BY']
  const at = (day: string, rev: string): readonly string[] => [
    rev,
    `2026-11-${day}T14:05:06.789Z`,
    'refold.effect.done',
    'charge (1.0)',
    'waiting.for.someone',
    'ana (no stock)',
  ]
  const narrow = { isTTY: true, columns: 60 }
  const [shownHead, ofOneDay] = tableOf(head, [at('29', '1'), at('29', '2')], narrow).split('\n')
  expect(shownHead).toMatch(/^REV {2}TIME {6}TYPE +ABOUT +BECOMES +BY$/)
  expect(ofOneDay).toMatch(/^1 {4}14:05:06 {2}…\S+done {2}charge.*… {2}waiting.*… {2}ana .*…$/)
  const [, ofSeveral] = tableOf(head, [at('28', '1'), at('29', '2')], narrow).split('\n')
  expect(ofSeveral).toMatch(/^1 {4}11-28 14:05 {2}.* {2}ana .*…$/)
  for (const columns of [60, 70, 75]) {
    const lines = tableOf(head, [at('29', '1')], { isTTY: true, columns }).split('\n')
    for (const line of lines) expect(line.length).toBeLessThan(columns)
    expect(lines[0]).toMatch(/BY$/)
    expect(lines[1]).toContain('  ana')
  }
  expect(tableOf(head, [at('29', '1')], { isTTY: true, columns: 90 })).toContain('2026-11-29T14:05:06.789Z')
})

test('CLI-338 a key is whole in a terminal, however little room there is for what stands beside it', () => {
  const head = ['CONSUMER', 'AGENT', 'KEY', 'TYPE', 'ERROR']
  const key = 'mailer:order-1/0:0b1f6a52c4'
  const row = ['mailer', 'order-1', key, 'refold.effect.done', 'no such address in the whole of the book']
  for (const columns of [70, 80, 120])
    expect(tableOf(head, [row], { isTTY: true, columns })).toContain(`mailer    order-1  ${key}  `)
})
