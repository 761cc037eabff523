/** Commands that are shown while they are written: a shell takes them as they are. */
import { expect, test } from 'vitest'
import { filledResolution } from './filled-command.js'

const command = (how: string): string => `refold resolve 'a --fail' 1.0 --${how} '…' --revision 7 --store a.db`

test.each([
  ['complete', '{"receipt":"it’s $& \'paid\'"}', String.raw`--complete '{"receipt":"it’s $& '\''paid'\''"}'`],
  ['complete', ' ', "--complete 'null'"],
  ['fail', 'no money', "--fail 'no money'"],
  ['fail', '', "--fail '…'"],
] as const)('INS-97 the command of a resolution, %s %j', (how, text, written) => {
  expect(filledResolution(command(how), { how, text })).toBe(
    `refold resolve 'a --fail' 1.0 ${written} --revision 7 --store a.db`,
  )
})
