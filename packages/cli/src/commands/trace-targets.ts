/** Where OTLP JSON is written to. */
import { existsSync, statSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { resolve } from 'node:path'
import { RefoldError } from '@refold/core'
import { counted } from '@refold/core/store'

export interface TraceTarget {
  /** In words; absent where what is written is the answer itself. */
  readonly place?: string
  write(request: object): Promise<void>
  /** Nothing more comes. Rejects when what was written could not be. */
  end(): Promise<void>
  /** Something went wrong: nothing is left of what was begun. */
  drop(): Promise<void>
}

const LONGEST_ANSWER_MS = 30_000

export function lineTarget(tell: (line: string) => void): TraceTarget {
  return { write: async (request) => tell(JSON.stringify(request)), end: async () => {}, drop: async () => {} }
}

/** Under its name there is all of it, or what was there before; a device or a pipe gets what comes. */
export function fileTarget(file: string): TraceTarget {
  const place = resolve(file)
  const isFile = !existsSync(place) || statSync(place).isFile()
  const begun = isFile ? `${place}.${process.pid}.part` : place
  let opened: FileHandle | undefined
  const tried = async (work: (handle: FileHandle) => Promise<unknown>): Promise<void> => {
    try {
      opened ??= await open(begun, 'w')
      await work(opened)
    } catch (cause) {
      throw failed(place, { why: textOf(cause), cause })
    }
  }
  const finished = async (handle: FileHandle): Promise<void> => {
    if (isFile) await handle.sync()
    await handle.close()
    if (isFile) await rename(begun, place)
  }
  return {
    place,
    write: (request) => tried((handle) => handle.appendFile(`${JSON.stringify(request)}\n`)),
    end: () => tried(finished),
    drop: async () => {
      await opened?.close().catch(() => {})
      if (opened !== undefined && isFile) await rm(begun, { force: true })
    },
  }
}

/** By OTLP/HTTP. Throws `INVALID_INPUT` for what is no address. */
export function httpTarget(address: string): TraceTarget {
  const url = tracesUrl(address)
  const place = `${url.origin}${url.pathname}`
  const headers = { 'content-type': 'application/json', ...headersIn(process.env['OTEL_EXPORTER_OTLP_HEADERS'] ?? '') }
  return {
    place,
    write: async (request) => {
      const signal = AbortSignal.timeout(LONGEST_ANSWER_MS)
      const body = JSON.stringify(request)
      const answer = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' }).catch(
        (cause: unknown) => {
          throw failed(place, { why: textOf(cause), cause })
        },
      )
      const text = await answer.text()
      if (!answer.ok) throw failed(place, { why: `it answered ${answer.status} ${text.slice(0, 200)}`.trim() })
      const refused = refusedIn(text)
      if (refused !== undefined) throw failed(place, { why: refused })
    },
    end: async () => {},
    drop: async () => {},
  }
}

/** The path of OTLP, where the address has none. A name and a password in it are headers, and are printed nowhere. */
function tracesUrl(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new RefoldError('INVALID_INPUT', '--otlp names no collector', {
      hint: 'http://localhost:4318; who needs a password sets OTEL_EXPORTER_OTLP_HEADERS: authorization=Bearer%20…',
    })
  if (url.pathname === '/') url.pathname = '/v1/traces'
  return url
}

/** `name=value,other=value`, the values as in a URL: as every exporter of OpenTelemetry reads it. */
function headersIn(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(',').filter((pair) => pair.includes('='))
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', ...value] = pair.split('=')
      return [name.trim(), decoded(value.join('=').trim())]
    }),
  )
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

/** A collector may take a part of a request, and say so. */
function refusedIn(text: string): string | undefined {
  try {
    const { partialSuccess } = JSON.parse(text) as {
      readonly partialSuccess?: { readonly rejectedSpans?: string | number; readonly errorMessage?: string }
    }
    const rejected = Number(partialSuccess?.rejectedSpans ?? 0)
    return rejected > 0 ? `it refused ${counted(rejected, 'span')}: ${partialSuccess?.errorMessage ?? ''}` : undefined
  } catch {
    return undefined // an empty answer is a yes
  }
}

function failed(place: string, { why, cause }: { readonly why: string; readonly cause?: unknown }): RefoldError {
  return new RefoldError('EXPORT_FAILED', `the spans could not be written to ${place}: ${why}`, {
    cause,
    hint: 'Repeat it when that is repaired: each span has the same id every time.',
  })
}

/** `fetch` says why in its cause. */
function textOf(error: unknown): string {
  const { cause, message } = error as { readonly cause?: unknown; readonly message?: string }
  return cause instanceof Error && cause.message !== '' ? cause.message : (message ?? String(error))
}
