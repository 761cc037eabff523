/** The built page, served by the inspector over a file of agents. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AgentDefinition } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import type { Browser, Page } from 'playwright-core'
import { createInspector } from '../create-inspector.js'
import type { Inspector, InspectorOptions } from '../create-inspector.js'
import { openPage } from './browser.fixture.js'
import type { OpenedPage, OpenOptions } from './browser.fixture.js'
import { FastClock } from './fast-clock.fixture.js'
import { invoiceAgent, newsletterAgent, researchAgent } from './shown-agents.fixture.js'

/** Those of the fleet, to act on. */
export function shownAgents(): readonly AgentDefinition[] {
  const clock = new FastClock(Date.now())
  return [researchAgent(clock), invoiceAgent(clock), newsletterAgent]
}

export interface ServedPage {
  readonly inspector: Inspector
  readonly origin: string
  /** A view, opened as a person opens it: by the address with the token. */
  open(browser: Browser, path: string, options?: OpenOptions): Promise<OpenedPage>
  close(): Promise<void>
}

export interface ServePageOptions extends InspectorOptions {
  readonly agents?: readonly AgentDefinition[]
}

/** `file`: of a store; it is read where it is. */
export async function servePage(file: string, { agents, ...options }: ServePageOptions = {}): Promise<ServedPage> {
  const store = sqliteStore(file)
  const known = agents === undefined ? {} : { agents }
  const inspector = await createInspector({ store, ...known }, { port: 0, name: 'refold.db', by: 'ada', ...options })
  const { origin, hash } = new URL(inspector.url)
  return {
    inspector,
    origin,
    open: async (browser, path, options) => {
      const opened = await openPage(browser, options)
      await opened.page.goto(`${origin}${path}${hash}`)
      return opened
    },
    close: () => inspector.close(),
  }
}

export interface OwnFiles {
  /** A path in the directory. */
  at(name: string): string
  /** A file of its own that holds what another one does. */
  copy(from: string, name: string): string
  remove(): void
}

export function ownFiles(): OwnFiles {
  const directory = mkdtempSync(join(tmpdir(), 'refold-page-'))
  const at = (name: string): string => join(directory, name)
  return {
    at,
    copy: (from, name) => {
      cpSync(from, at(name))
      return at(name)
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

/** The agent's view shows this revision, and nothing is on its way. */
export async function expectRevision(page: Page, revision: number): Promise<void> {
  await page.locator(`[role=slider][aria-valuenow="${revision}"]`).waitFor()
  await page.locator(`[role=tree][aria-label="State after revision ${revision}"]`).waitFor()
}
