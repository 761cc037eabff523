/** A weather service on this machine that fails as often as it is told to. It remembers what it was asked. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request, as the service saw it. */
export interface Asked {
  readonly path: string
  readonly key: string | undefined
  readonly status: number
}

/** A running service. `await using` stops it. */
export interface FlakyService extends AsyncDisposable {
  readonly url: string
  readonly asked: readonly Asked[]
}

/** Answers the first `failures` requests for the sky with 503. */
export async function flakyService({ failures }: { failures: number }): Promise<FlakyService> {
  const asked: Asked[] = []
  let left = failures
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const fails = pathname === '/sky' && left-- > 0
    const status = fails ? 503 : 200
    asked.push({ path: pathname, key: request.headers['idempotency-key'] as string | undefined, status })
    response.writeHead(status).end(pathname === '/sky' ? 'clear' : `${searchParams.get('city')}, at the sea`)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
