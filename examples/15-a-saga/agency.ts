/** An agency on this machine: bookings, payments, and taking them back. A key that comes again is the same wish. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Wish {
  readonly what: 'make' | 'undo'
  readonly step: string
  readonly key: string
  /** Of what is to be undone. */
  readonly reference?: string
}

/** A running agency. `await using` stops it. */
export interface Agency extends AsyncDisposable {
  readonly url: string
  /** Everything it did, in order: `make flight`, `undo hotel`. What came twice under one key was done once. */
  readonly done: readonly string[]
  /** Every call, also those that came again. */
  readonly calls: readonly Wish[]
}

export interface AgencyOptions {
  /** Steps that it refuses, and why. */
  readonly refuses?: Readonly<Record<string, string>>
  /** Awaited after it was done and before the answer: the moment at which a crash hurts. */
  readonly beforeReply?: (wish: Wish) => Promise<void> | void
}

export async function openAgency({ refuses = {}, beforeReply }: AgencyOptions = {}): Promise<Agency> {
  const done: string[] = []
  const calls: Wish[] = []
  const references = new Map<string, string>()
  const carryOut = async (wish: Wish): Promise<string> => {
    calls.push(wish)
    const refusal = wish.what === 'make' ? refuses[wish.step] : undefined
    if (refusal !== undefined) throw new Error(refusal)
    const reference = references.get(wish.key) ?? `${wish.step}-${references.size + 1}`
    if (!references.has(wish.key)) done.push(`${wish.what} ${wish.step}`)
    references.set(wish.key, reference)
    await beforeReply?.(wish)
    return reference
  }
  const server = createServer((request, response) => {
    text(request)
      .then((body) => carryOut(JSON.parse(body) as Wish))
      .then(
        (reference) => response.end(reference),
        (error: unknown) => response.writeHead(409).end((error as Error).message),
      )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    done,
    calls,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A call from an effect. Throws what the agency refuses with. */
export async function call(agency: string, { signal, ...wish }: Wish & { signal: AbortSignal }): Promise<string> {
  const response = await fetch(agency, { method: 'POST', signal, body: JSON.stringify(wish) })
  const answer = await response.text()
  if (!response.ok) throw new Error(answer)
  return answer
}
