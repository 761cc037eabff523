/** Step 2: under which licence each package says it is. */
import { join } from 'node:path'
import { idOf } from '../findings.js'
import type { InstalledPackage, Licences } from '../findings.js'
import { mapInGroups, readFirst, readManifest } from '../package-files.js'
import type { Manifest } from '../package-files.js'

/** Licences that ask for the same licence on what is built with them. LGPL and MPL ask less and are not among them. */
const COPYLEFT = /\b(A?GPL|EUPL|OSL|SSPL|CC-BY-(NC-)?SA)\b/i
/** How the texts of the commonest licences begin or read. */
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/Permission is hereby granted, free of charge/, 'MIT'],
  [/Permission to use, copy, modify, and(\/or)? distribute this software/, 'ISC'],
  [/Apache License\s+Version 2\.0/, 'Apache-2.0'],
  [/Redistribution and use in source and binary forms/, 'BSD'],
]

/** What most steps look at. */
export interface PackagesInput {
  directory: string
  packages: readonly InstalledPackage[]
}

/** Reads the manifest, and the licence's text where the manifest says nothing. Links are the project's own: left out. */
export async function findLicences({ directory, packages }: PackagesInput): Promise<Licences> {
  const installed = packages.filter(({ isLink }) => !isLink)
  const licences = await mapInGroups(installed, async (found) => {
    const folder = join(directory, found.path)
    return { id: idOf(found), licence: licenceIn(await readManifest(folder)) ?? (await licenceInText(folder)) }
  })
  const counts = new Map<string, number>()
  for (const { licence = 'unknown' } of licences) counts.set(licence, (counts.get(licence) ?? 0) + 1)
  return {
    groups: [...counts]
      .map(([licence, count]) => ({ licence, count }))
      .toSorted((a, b) => b.count - a.count || (a.licence < b.licence ? -1 : 1)),
    copyleft: licences
      .filter(({ licence }) => licence !== undefined && isCopyleft(licence))
      .map(({ id, licence }) => `${id} (${licence})`),
    unknown: licences.filter(({ licence }) => licence === undefined).map(({ id }) => id),
  }
}

/** An `OR` leaves the choice to the user: then one free alternative is enough. */
function isCopyleft(licence: string): boolean {
  return licence.split(/\bOR\b/).every((choice) => COPYLEFT.test(choice))
}

function licenceIn(manifest: Manifest | undefined): string | undefined {
  const said = manifest?.license ?? (Array.isArray(manifest?.licenses) ? manifest.licenses[0] : undefined)
  if (typeof said === 'string')
    return /^SEE LICENSE IN/i.test(said) || said === '' ? undefined : said.replace(/^\((.*)\)$/, '$1')
  const type: unknown = typeof said === 'object' && said !== null && 'type' in said ? said.type : undefined
  return typeof type === 'string' ? type : undefined
}

async function licenceInText(folder: string): Promise<string | undefined> {
  const text = await readFirst(folder, /^(licen[cs]e|copying)/i)
  const found = TEXTS.find(([pattern]) => text !== undefined && pattern.test(text))
  return found === undefined ? undefined : `${found[1]} (by its text)`
}
