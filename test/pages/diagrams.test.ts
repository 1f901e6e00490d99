import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { inspected, open, openBrowser } from '../../demo/browser.ts'
import { diagramsIn } from '../../demo/github.ts'
import { writeReport } from '../../demo/report.ts'
import { root } from '../support/manifest.ts'

const folder = mkdtempSync(join(tmpdir(), 'nix-vps-diagrams-'))
let browser: Browser

beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(async () => {
  await browser.close()
  rmSync(folder, { recursive: true })
})

/** What the page of these diagrams has wrong with it, and how many of them are drawn. */
async function drawing(sources: readonly string[]): Promise<{ wrong: readonly string[]; drawn: number }> {
  const shown = sources.map((source, index) => {
    const markdown = `\`\`\`mermaid\n${source}\n\`\`\`\n`
    return { name: `diagram-${index}`, title: 'A diagram', place: 'summary' as const, markdown }
  })
  const [page = ''] = writeReport(folder, { tables: [], shown })
  await using opened = await open(browser, page, { width: 1280, colors: 'light' })
  const wrong = [...opened.troubles, ...(await inspected(opened.page))]
  return { wrong, drawn: await opened.page.locator('.diagram > svg').count() }
}

test('every diagram of the documentation is drawn', async () => {
  const files = execFileSync('git', ['-C', root, 'ls-files', '-z', '*.md'], { encoding: 'utf8' })
  const texts = files.split('\0').filter((file) => file !== '')
  expect(texts).toContain('README.md')
  const sources = texts.flatMap((file) => diagramsIn(readFileSync(join(root, file), 'utf8')))
  expect(await drawing(sources)).toEqual({ wrong: [], drawn: sources.length })
})

test('a diagram that is none is told, and the others are drawn', async () => {
  const { wrong, drawn } = await drawing(['gantt\n  A : B : C : D, x', 'flowchart LR\n  a --> b'])
  expect(wrong).toEqual([expect.stringContaining('A diagram is none: Unable to render rich display')])
  expect(drawn).toBe(1)
})
