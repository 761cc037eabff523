/** What a supervisor and its inspector say to each other. All of it is plain data. */

/** The first message: what is opened, and how. */
export interface InspectorOrder {
  readonly config: string
  readonly store?: string
  /** Absent: the customary one, or the next that is free. */
  readonly port?: number
  readonly write: boolean
}

export type FromInspector =
  | { readonly kind: 'serving'; readonly url: string }
  /** It cannot be served; it exits next. */
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }

/** The code of agents may share the channel, so that each message says that it is one. */
export function isFromInspector(sent: unknown): sent is { readonly refold: FromInspector } {
  return typeof sent === 'object' && sent !== null && 'refold' in sent
}
