/** Someone who opened the address of an inspector, and asks it. */
import type { Session } from './contract/answer.js'
import type { Inspector } from './create-inspector.js'
import { answerOf } from './server/served.fixture.js'
import type { Answered, Ask } from './server/served.fixture.js'

export interface Asking {
  readonly session: Session
  ask(path: string, ask?: Ask): Promise<Answered>
  /** Its JSON. Throws for a refusal. */
  get<T>(path: string): Promise<T>
  /** With the token of orders, unless another one is given. */
  order(order: unknown, headers?: Readonly<Record<string, string>>): Promise<Answered>
}

const JSON_TYPE = { 'content-type': 'application/json' }

export async function asking({ url }: Pick<Inspector, 'url'>): Promise<Asking> {
  const { port, hash } = new URL(url)
  const body = JSON.stringify({ token: hash.replace('#token=', '') })
  const opened = await answerOf(Number(port), '/api/open', { method: 'POST', headers: JSON_TYPE, body })
  const cookie = String(opened.headers['set-cookie']).split(';')[0] ?? ''
  const ask = (path: string, { headers = {}, ...rest }: Ask = {}): Promise<Answered> =>
    answerOf(Number(port), path, { headers: { cookie, ...headers }, ...rest })
  const get = async <T>(path: string): Promise<T> => {
    const { status, json, text } = await ask(path)
    if (status !== 200) throw new Error(`${path}: ${status} ${text}`)
    return json as T
  }
  const session = await get<Session>('/api/session')
  const token = session.orderToken === undefined ? {} : { 'x-refold-token': session.orderToken }
  return {
    session,
    ask,
    get,
    order: (order, headers = token) =>
      ask('/api/orders', { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(order) }),
  }
}
