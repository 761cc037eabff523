/** What a file of browser tests has: one browser, and a file of agents. */
import { sqliteStore } from '@refold/sqlite'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { CHROMIUM, launchBrowser, NO_CHROMIUM } from './browser.fixture.js'
import type { OpenOptions } from './browser.fixture.js'
import { ownFiles, servePage, shownAgents } from './served-page.fixture.js'
import type { OwnFiles, ServedPage } from './served-page.fixture.js'
import { makeFleet } from './shown-fleet.fixture.js'

export interface BrowserPages {
  readonly browser: Browser
  readonly files: OwnFiles
  /** Of the fleet. */
  readonly fleet: string
  /** Over the fleet, to read it. */
  readonly served: ServedPage
  open(path: string, options?: OpenOptions): Promise<Page>
}

/** Where no browser can be had, every test of the file is skipped, and says so. */
export function browserPages(): BrowserPages {
  const files = ownFiles()
  const fleet = files.at('fleet.db')
  const known: { browser?: Browser; served?: ServedPage } = {}
  beforeAll(async () => {
    if (CHROMIUM === undefined) return
    const store = sqliteStore(fleet)
    await makeFleet(store)
    await store.close()
    known.served = await servePage(fleet)
    known.browser = await launchBrowser()
  })
  afterAll(async () => {
    await known.browser?.close()
    await known.served?.close()
    files.remove()
  })
  beforeEach((context) => {
    if (CHROMIUM === undefined) context.skip(NO_CHROMIUM)
  })
  return {
    files,
    fleet,
    get browser() {
      return known.browser as Browser // a test runs where there is one
    },
    get served() {
      return known.served as ServedPage // as above
    },
    async open(path, options) {
      const { page } = await this.served.open(this.browser, path, options)
      return page
    },
  }
}

/** Over a fleet of its own, on which orders may be given. */
export async function withFleet(
  { files, fleet }: Pick<BrowserPages, 'files' | 'fleet'>,
  act: (served: ServedPage, file: string) => Promise<void>,
): Promise<void> {
  const file = files.copy(fleet, `fleet-${Math.random()}.db`)
  const served = await servePage(file, { agents: shownAgents(), write: true })
  try {
    await act(served, file)
  } finally {
    await served.close()
  }
}

export function close(page: Page): Promise<void> {
  return page.context().close()
}

/** All panels of an agent. */
export const PANELS = ['state', 'diff', 'record', 'effects', 'blame', 'explain', 'find', 'transcript', 'raw'] as const
