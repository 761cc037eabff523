/** The system's Chromium, for tests of the page. */
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'

const PLACES = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** A net for what hangs. */
const HANGS_MS = Number(process.env['REFOLD_PAGE_HANGS_MS'] ?? 200_000)

export const CHROMIUM = PLACES.find((path) => path !== undefined && existsSync(path))

/** Why tests that need it do not run. */
export const NO_CHROMIUM = 'no Chromium is installed here (CHROMIUM_PATH may name one)'

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM ?? '',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--font-render-hinting=none'],
  })
}

export interface OpenedPage {
  readonly page: Page
  /** What the page threw, and what the browser refused it. */
  readonly problems: readonly string[]
  /** Hosts of all requests. */
  readonly hosts: ReadonlySet<string>
}

export interface OpenOptions {
  readonly width?: number
  readonly height?: number
  readonly scheme?: 'light' | 'dark'
  readonly scale?: number
}

/** A window of its own, with no cookie yet. */
export async function openPage(
  browser: Browser,
  { width = 1440, height = 900, scheme = 'light', scale = 1 }: OpenOptions = {},
): Promise<OpenedPage> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    deviceScaleFactor: scale,
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  const page = await context.newPage()
  page.setDefaultTimeout(HANGS_MS)
  const problems: string[] = []
  const hosts = new Set<string>()
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      problems.push(message.text())
  })
  page.on('request', (request) => void hosts.add(new URL(request.url()).host))
  return { page, problems, hosts }
}
