/** An inspector in a process of its own, and someone who opened its address. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { ended, MAIN } from '../fleet.fixture.js'
import type { Ended } from '../fleet.fixture.js'

export interface Asked {
  readonly url: URL
  get<T>(path: string): Promise<T>
  order(order: unknown): Promise<{ readonly status: number; readonly json: unknown }>
}

export interface Inspecting extends Asked {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** What it printed first. */
  readonly line: string
}

/** `refold inspect` once it has printed its address. Rejects when it ends before. */
export async function inspecting(directory: string, ...args: readonly string[]): Promise<Inspecting> {
  const child = spawn(process.execPath, [MAIN, 'inspect', ...args], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const end = ended(child)
  const line = await new Promise<string>((resolve, reject) => {
    if (child.stdout !== null) createInterface({ input: child.stdout }).once('line', resolve)
    void end.then(({ stderr }) => reject(new Error(stderr)))
  })
  return { child, ended: end, line, ...(await askedOf(addressIn(line))) }
}

/** With `--json` the line is an object. */
function addressIn(line: string): string {
  return line.startsWith('{') ? (JSON.parse(line) as { readonly url: string }).url : line
}

/** Opens an address as a browser does. */
export async function askedOf(address: string): Promise<Asked> {
  const url = new URL(address)
  const token = url.hash.replace('#token=', '')
  const json = { 'content-type': 'application/json' }
  const opened = await fetch(new URL('/api/open', url), {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ token }),
  })
  const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? ''
  const get = async <T>(path: string): Promise<T> => {
    const answer = await fetch(new URL(path, url), { headers: { cookie } })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }
  const { orderToken = '' } = await get<{ readonly orderToken?: string }>('/api/session')
  return {
    url,
    get,
    order: async (order) => {
      const headers = { cookie, ...json, 'x-refold-token': orderToken }
      const body = JSON.stringify(order)
      const answer = await fetch(new URL('/api/orders', url), { method: 'POST', headers, body })
      return { status: answer.status, json: await answer.json() }
    },
  }
}
