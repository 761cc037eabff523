/** The server as a source: one request an answer, and one event stream for the whole page. */
import { ROUTES } from '../../contract/answer.js'
import type { CodedError, Refusal, Session } from '../../contract/answer.js'
import type { Order, OrderDone } from '../../contract/orders.js'
import type { Answer, Ask, QuestionName } from './questions.js'
import { LiveStream } from './live-stream.js'
import { AnswerError, codedOf } from './source.js'
import type { DataSource } from './source.js'

/** The token of the address becomes a cookie. Rejects with an `AnswerError` where it is refused. */
export async function openWith(token: string): Promise<void> {
  await requested(ROUTES.open, { method: 'POST', headers: JSON_BODY, body: JSON.stringify({ token }) })
}

export function serverSource(): DataSource {
  let token: string | undefined
  return {
    async ask(name, ask) {
      const answer = await answerOf(name, ask)
      if (name === 'session') token = (answer as Session).orderToken
      return answer
    },
    async order(order) {
      return ordered(order, token)
    },
    live(target, hear) {
      const stream = new LiveStream(target, { hear, whyBroken })
      return () => stream.close()
    },
    exportAddress: (agent) => pathOf('export', { agent }),
  }
}

const JSON_BODY = { 'content-type': 'application/json' }

async function answerOf<N extends QuestionName>(name: N, ask: Ask<N>): Promise<Answer<N>> {
  const response = await requested(pathOf(name, ask as Members), {})
  return (name === 'test' ? await response.text() : await response.json()) as Answer<N>
}

async function ordered(order: Order, token: string | undefined): Promise<OrderDone> {
  const headers = { ...JSON_BODY, ...(token === undefined ? {} : { 'x-refold-token': token }) }
  const response = await requested(ROUTES.order, { method: 'POST', headers, body: JSON.stringify(order) })
  return (await response.json()) as OrderDone
}

type Members = { readonly [name: string]: string | number | undefined }

/** Members that the path names stand in it, the others in the query. */
function pathOf(name: keyof typeof ROUTES, members: Members): string {
  const query = new URLSearchParams()
  let path: string = ROUTES[name]
  for (const [member, value] of Object.entries(members)) {
    if (value === undefined) continue
    if (path.includes(`:${member}`)) path = path.replace(`:${member}`, encodeURIComponent(value))
    else query.set(member, String(value))
  }
  return query.size === 0 ? path : `${path}?${query}`
}

async function requested(path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(path, { ...init, credentials: 'same-origin' }).catch((cause: unknown) => {
    throw new AnswerError(unreached(cause), { isAway: true })
  })
  if (response.ok) return response
  throw new AnswerError(await refusalIn(response), { isAway: response.status >= 502 })
}

/** Of an event stream a browser does not say why it was refused. */
async function whyBroken(): Promise<CodedError | undefined> {
  try {
    await requested(ROUTES.session, {})
    return undefined
  } catch (error) {
    return codedOf(error)
  }
}

function unreached(cause: unknown): CodedError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return { code: 'UNREACHABLE', message: `the inspector's server does not answer (${reason})` }
}

async function refusalIn(response: Response): Promise<CodedError> {
  const body = (await response.json().catch(() => undefined)) as Refusal | undefined
  return body?.error ?? { code: 'UNREACHABLE', message: `the server answered ${response.status}` }
}
