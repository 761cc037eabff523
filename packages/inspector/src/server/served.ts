/** Words that the parts of the server share. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { JsonValue } from '@refold/core/record'
import type { Params } from '../answers/params.js'

/** A request of someone who showed the token of this run. */
export interface Asked {
  /** The parts of the path, and the query, which never takes the place of a part. */
  readonly params: Params
  /** Of a POST. */
  readonly body?: JsonValue
  /** Aborts when the one who asked has gone. */
  readonly signal: AbortSignal
}

/** A path of `ROUTES`, and what answers it: with a value that is told as JSON, or with text of a type. */
export interface Served {
  readonly path: string
  readonly method: 'GET' | 'POST'
  /** It writes to the store: it is taken with the order token alone. */
  readonly isOrder?: true
  answer(asked: Asked): Promise<unknown>
}

/** One that writes its answer itself, for as long as it likes. What it rejects with is the answer as long as nothing is written. */
export interface Streamed {
  readonly path: string
  stream(request: IncomingMessage, response: ServerResponse, params: Params): Promise<void>
  /** Ends all of them. */
  close(): void
}

/** Text that is no JSON; with `file` for keeping. */
export class TextAnswer {
  readonly type: string
  readonly text: string | AsyncIterable<string>
  readonly file: string | undefined

  constructor(text: string | AsyncIterable<string>, { type, file }: { readonly type: string; readonly file?: string }) {
    this.text = text
    this.type = type
    this.file = file
  }
}
