import { createClient } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { expect, it } from 'vitest'
import { runExample } from '../process.fixture.js'
import { tempFile } from '../temp-file.fixture.js'

it('sends a mail for each invoice that is paid, and what was parked when it is retried', async () => {
  const file = tempFile()
  const { code, stdout, stderr } = await runExample('20-a-mailer/main', [file])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const lines = stdout.trim().split('\n')
  expect(lines.slice(0, 2)).toEqual(['reported: PARKED', 'parked: paid, 2 attempts, the mail server is closed'])
  expect(lines.slice(2)).toEqual([
    expect.stringMatching(/^invoice ana-\d+: 500 cents$/),
    expect.stringMatching(/^invoice bo-\d+: 700 cents$/),
  ])
  await using client = await createClient({ store: sqliteStore(file), agents: [] })
  expect(await client.consumers()).toMatchObject([{ name: 'mailer', parked: 0, lag: { records: 0 } }])
})
