/** Makes the pictures of the page again that README and docs show: `npm run -w @refold/inspector screenshots`. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { browserPages, close, withFleet } from './browser-pages.fixture.js'
import type { OpenOptions } from './browser.fixture.js'
import { withPalette } from './palette-png.fixture.js'

const FOLDER = fileURLToPath(new URL('../../../../docs/images/', import.meta.url))
const MOST_BYTES = 120_000

const pages = browserPages()

interface Picture {
  readonly path: string
  readonly options?: OpenOptions
  /** What is awaited and done before. */
  readonly act?: (page: Page) => Promise<void>
}

const WIDE = { width: 1440, height: 900, scale: 1.25 }
const PHONE = { width: 390, height: 844, scale: 2 }

const lit = (state: string) => (page: Page) => page.locator(`.chart [data-state="${state}"].lit`).waitFor()

const PICTURES: Readonly<Record<string, Picture>> = {
  agent: { path: '/a/research-sky?r=3', options: WIDE, act: lit('gathering.web.searching') },
  'agent-dark': {
    path: '/a/research-sky?r=9&p=effects&e=1.0',
    options: { ...WIDE, scheme: 'dark' },
    act: async (page) => {
      await lit('review')(page)
      await page.getByText('529 overloaded').last().waitFor()
    },
  },
  blame: {
    path: '/a/research-sky?r=10&p=blame&f=/context/draft',
    options: WIDE,
    act: async (page) => {
      await lit('publishing')(page)
      await page.getByText('Why that record came').waitFor()
    },
  },
  fleet: { path: '/', options: WIDE, act: (page) => page.locator('.agents tbody tr').nth(9).waitFor() },
  'heat-dark': {
    path: '/?definition=invoice',
    options: { ...WIDE, scheme: 'dark' },
    act: (page) => page.locator('.heat-mark').first().waitFor(),
  },
  compare: {
    path: '/compare?left=research-moon@7&right=research-sky@9',
    options: WIDE,
    act: (page) => page.locator('.compare-patch .patch-line').first().waitFor(),
  },
  fork: {
    path: '/a/research-sky?r=9',
    options: WIDE,
    act: async (page) => {
      await lit('review')(page)
      await page.keyboard.press('f')
      await page.getByRole('button', { name: /Plan it/ }).click()
      await page.locator('.plan').waitFor()
    },
  },
  phone: { path: '/a/research-sky?r=3', options: PHONE, act: lit('gathering.web.searching') },
}

test('pictures of the page', async () => {
  mkdirSync(FOLDER, { recursive: true })
  await withFleet(pages, async (served) => {
    for (const [name, { path, options, act }] of Object.entries(PICTURES)) {
      const { page } = await served.open(pages.browser, path, options)
      await act?.(page)
      await page.waitForLoadState('networkidle')
      const png = withPalette(await page.screenshot())
      writeFileSync(`${FOLDER}inspector-${name}.png`, png)
      expect({ name, isSmall: png.length <= MOST_BYTES, bytes: png.length }).toMatchObject({ isSmall: true })
      await close(page)
    }
  })
})
