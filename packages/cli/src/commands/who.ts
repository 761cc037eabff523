/** Who gives a command, and why: both are recorded. */
export interface NotesOptions {
  readonly by?: string
  readonly reason?: string
}

/** `--by`, else what the environment says once for all commands of a person. */
export function notesOf({ by = process.env['REFOLD_BY'], reason }: NotesOptions): NotesOptions {
  return {
    ...(by === undefined || by === '' ? undefined : { by }),
    ...(reason === undefined ? undefined : { reason }),
  }
}
