/** The guarantees that the pages of this folder make: list items whose first word is an id in bold. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Guarantee {
  readonly id: string
  readonly sentence: string
  readonly page: string
}

const GUARANTEE = /^- \*\*([A-Z]+-\d+|I\d+)\*\* (.+)$/gm

/** The guarantees of one page, in its order. */
export function guaranteesOf(text: string, page: string): readonly Guarantee[] {
  return [...text.matchAll(GUARANTEE)].map(([, id = '', sentence = '']) => ({ id, sentence, page }))
}

/** All guarantees of the pages in a folder. */
export function readGuarantees(folder: string): readonly Guarantee[] {
  const pages = readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .toSorted()
  return pages.flatMap((page) => guaranteesOf(readFileSync(join(folder, page), 'utf8'), page))
}
