/** A bank on this machine. It books what it is asked, as often as it is asked, and answers only when it may. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** What the bank has booked. */
export interface Charge {
  readonly reference: string
  readonly cents: number
  readonly receipt: string
}

/** A running bank. `await using` stops it. */
export interface Bank extends AsyncDisposable {
  readonly url: string
  readonly charges: readonly Charge[]
}

/** `beforeReply` is awaited after the booking and before its answer: the moment at which a crash hurts. */
export async function openBank({
  beforeReply,
}: {
  beforeReply: (charge: Charge) => Promise<void> | void
}): Promise<Bank> {
  const charges: Charge[] = []
  const book = async (body: string): Promise<Charge> => {
    const { reference, cents } = JSON.parse(body) as { reference: string; cents: number }
    const charge = { reference, cents, receipt: `receipt-${charges.length + 1}` }
    charges.push(charge)
    await beforeReply(charge)
    return charge
  }
  const server = createServer((request, response) => {
    const reference = decodeURIComponent((request.url ?? '').split('/')[2] ?? '')
    const found =
      request.method === 'POST'
        ? text(request).then(book)
        : Promise.resolve(charges.find((charge) => charge.reference === reference))
    found.then(
      (charge) => response.writeHead(charge === undefined ? 404 : 200).end(JSON.stringify(charge ?? {})),
      () => response.writeHead(400).end(),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    charges,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
