/** What the page and its worker for opened files say to each other. */
import type { CodedError } from '../../contract/answer.js'

export interface FileQuestion {
  readonly id: number
  readonly name: string
  readonly params: { readonly [name: string]: string }
  /** The file itself, first. */
  readonly file?: File
}

export type FileReply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: CodedError }

/** Of the first question. */
export interface OpenedFile {
  readonly agents: readonly string[]
  readonly trouble?: CodedError
}
