import { expect, test } from 'vitest'
import { startDevServer } from './start-dev-server.js'

test('DEV-55 an option that is not known is refused, and no server is started', async () => {
  const start = startDevServer({ port: 0, host_name: 'example' } as never)
  await expect(start).rejects.toMatchObject({ code: 'INVALID_INPUT', facts: { path: 'host_name' } })
})
