/**
 * The token of a run, and the cookie that it is exchanged for. The token stands in the fragment of the address that is printed, which
 * browsers send to no one; a cookie of another run, or of another port, opens nothing.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

const BYTES = 32
const TICKET_MS = 60_000

export class Entry {
  /** 256 bits of chance. */
  readonly token = randomBytes(BYTES).toString('base64url')
  /** To be sent with each order: a page of another site cannot know it. */
  readonly orderToken = randomBytes(BYTES).toString('base64url')
  readonly #cookie = randomBytes(BYTES).toString('base64url')
  readonly #isSecure: boolean
  /** And until when each opens. */
  readonly #tickets = new Map<string, number>()

  constructor({ isSecure }: { readonly isSecure: boolean }) {
    this.#isSecure = isSecure
  }

  /** Opens once, and within a minute: for a place where others may read it, as the arguments of a process are. */
  ticket(): string {
    const ticket = randomBytes(BYTES).toString('base64url')
    this.#tickets.set(ticket, performance.now() + TICKET_MS)
    return ticket
  }

  #isTicket(given: string): boolean {
    const found = [...this.#tickets].find(([ticket]) => isSame(given, ticket))
    return found !== undefined && this.#tickets.delete(found[0]) && found[1] > performance.now()
  }

  /** The value of `Set-Cookie`; `undefined`: that is not the token. */
  cookieFor(token: unknown, port: number): string | undefined {
    if (typeof token !== 'string' || !(isSame(token, this.token) || this.#isTicket(token))) return undefined
    const parts = [`${nameOf(port)}=${this.#cookie}`, 'Path=/', 'HttpOnly', 'SameSite=Strict']
    return [...parts, ...(this.#isSecure ? ['Secure'] : [])].join('; ')
  }

  /** Browsers send cookies of all ports of a host. */
  isOpenTo({ headers }: IncomingMessage, port: number): boolean {
    const start = `${nameOf(port)}=`
    const cookies = (headers.cookie ?? '').split('; ').filter((cookie) => cookie.startsWith(start))
    return cookies.some((cookie) => isSame(cookie.slice(start.length), this.#cookie))
  }

  mayOrder({ headers }: IncomingMessage): boolean {
    const token = headers['x-refold-token']
    return typeof token === 'string' && isSame(token, this.orderToken)
  }
}

function nameOf(port: number): string {
  return `refold-${port}`
}

/** In a time that tells nothing of where they differ, or of how long the secret is. */
function isSame(given: string, secret: string): boolean {
  const [one, other] = [given, secret].map((text) => createHash('sha256').update(text).digest())
  return timingSafeEqual(one as Buffer, other as Buffer)
}
