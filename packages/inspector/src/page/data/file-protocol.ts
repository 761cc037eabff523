/** What the page and its worker for opened files say to each other. */
import type { CodedError } from '../../contract/answer.js'

export interface FileQuestion {
  readonly id: number
  /** `open`: the file itself, first. */
  readonly name: string
  readonly params: { readonly [name: string]: string }
  readonly file?: File
}

export type FileReply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: CodedError }

/** Of `open`. */
export interface OpenedFile {
  readonly agents: readonly { readonly agent: string; readonly records: number; readonly isDamaged: boolean }[]
  readonly trouble?: CodedError
  readonly isRedacted: boolean
}
