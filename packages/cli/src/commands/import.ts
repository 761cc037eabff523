/** `refold import`: agents of an exported file, into a store that does not have them. They come paused. */
import { openAsBlob } from 'node:fs'
import { basename } from 'node:path'
import { importStreams, RefoldError } from '@refold/core'
import { openExport } from '@refold/core/history'
import type { ExportedStreams } from '@refold/core/history'
import { withStore } from './store-only.js'
import type { ProjectOptions } from './store-only.js'
import { notesOf } from './who.js'
import type { NotesOptions } from './who.js'

export interface ImportCommandOptions extends ProjectOptions, NotesOptions {
  readonly json: boolean
}

/** Resolves to what to print when all of it is in the store. */
export async function importAgents(file: string, options: ImportCommandOptions): Promise<string> {
  const exported = await opened(file)
  return withStore({ ...options, begins: true }, async ({ store, codecs }) => {
    const notes = notesOf(options)
    const reason = notes.reason ?? `imported from ${basename(file)}`
    const result = await importStreams(exported, store, { ...notes, reason, codecs })
    if (options.json) return JSON.stringify(result)
    const { agents, added, paused, stored } = result
    const lines = [`agents: ${agents}, new: ${added}, records appended: ${stored}`]
    if (paused > 0)
      lines.push(
        `${paused} paused: where no one performs them in the store that they are from, \`refold resume <agent>\``,
      )
    return lines.join('\n')
  })
}

async function opened(file: string): Promise<ExportedStreams> {
  let blob: Blob
  try {
    blob = await openAsBlob(file)
  } catch (cause) {
    throw new RefoldError('INVALID_INPUT', `${file} cannot be read`, {
      cause,
      hint: 'Name a file that `refold export` made.',
    })
  }
  return openExport(blob)
}
