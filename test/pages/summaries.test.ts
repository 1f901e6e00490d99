import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { inspected, open, openBrowser, type Opened } from '../../demo/browser.ts'
import { writeReport } from '../../demo/report.ts'
import { sharedGitHub } from '../support/checks.ts'
import { EVIL, summaries } from './summaries.ts'

const LOOKS = [
  { width: 1280, colors: 'light' },
  { width: 400, colors: 'dark' },
] as const
const folder = mkdtempSync(join(tmpdir(), 'nix-vps-pages-'))
let browser: Browser
let file = ''

jest.setTimeout(240_000)
beforeAll(async () => {
  await using github = await sharedGitHub()
  const tables = [
    ['commit', 'status'],
    [EVIL, 'deployed'],
  ]
  const [page = ''] = writeReport(folder, { tables: [tables], shown: await summaries(github) })
  file = page
  browser = await openBrowser()
})
afterAll(async () => {
  delete process.env['GITHUB_API_URL']
  await browser.close()
  rmSync(folder, { recursive: true })
})

describe.each(LOOKS)('the page of all summaries, $width pixels wide and $colors', (look) => {
  let opened: Opened
  beforeAll(async () => {
    opened = await open(browser, file, look)
  })
  afterAll(async () => {
    await opened[Symbol.asyncDispose]()
  })

  test('asks nothing of any network, and nothing in it fails', () => {
    expect(opened.troubles).toEqual([])
  })

  test('has whole diagrams, ordered headings, links that lead somewhere, and nothing too wide', async () => {
    expect(await opened.page.locator('.diagram > svg').count()).toBeGreaterThan(3)
    expect(await inspected(opened.page)).toEqual([])
  })

  test('still has when all its details are opened, one after the other', async () => {
    const summary = opened.page.locator('details:not([open]) > summary').first()
    while ((await summary.count()) > 0) await summary.click()
    expect(await opened.page.locator('details[open]').count()).toBeGreaterThan(3)
    expect(await inspected(opened.page)).toEqual([])
    expect(opened.troubles).toEqual([])
  })

  test('shows hostile words as words', async () => {
    for (const name of ['deploy-hostile', 'wait-hostile']) {
      const text = await opened.page.locator(`[id="${name}"] .markdown-body`).innerText()
      // A space of no width parts what GitHub would make a mention of.
      expect(text.replaceAll('\u200b', '')).toContain(EVIL)
    }
    expect(await opened.page.locator('main > table').innerText()).toContain(EVIL)
  })
})
