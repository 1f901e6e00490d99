/** Debian's Chromium, driven by playwright-core; what a page asks of any network is refused, and told. */
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { chromium, type Browser, type Page } from 'playwright-core'
import { browserProgram } from '../scripts/machine.js'

export interface Look {
  readonly width: number
  readonly colors: 'light' | 'dark'
  /** Pixels of a picture for each of the page. */
  readonly scale?: number
}

/** A page, and all that went wrong in it. */
export interface Opened extends AsyncDisposable {
  readonly page: Page
  /** Errors of scripts, of its policy and of loading, and addresses that it asked for. */
  readonly troubles: readonly string[]
}

/** Far beyond what a page takes on a machine that is busy with other things. */
const PATIENCE_MS = 120_000

export async function openBrowser(): Promise<Browser> {
  const executablePath = browserProgram()
  if (executablePath === undefined)
    throw new Error("There is no Chromium here to look at pages with: 'apt-get install chromium'.")
  return chromium.launch({ executablePath, timeout: PATIENCE_MS, args: ['--font-render-hinting=none'] })
}

/** Opens a file, and waits until its diagrams are drawn. */
export async function open(browser: Browser, file: string, look: Look): Promise<Opened> {
  const context = await browser.newContext({
    offline: true,
    ...{ viewport: { width: look.width, height: 900 }, colorScheme: look.colors },
    deviceScaleFactor: look.scale ?? 1,
  })
  context.setDefaultTimeout(PATIENCE_MS)
  const page = await context.newPage()
  const troubles: string[] = []
  const url = pathToFileURL(file).href
  page.on('console', (message) => troubles.push(`${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => troubles.push(`error: ${error.message}`))
  page.on('request', (request) => {
    if (request.url() !== url) troubles.push(`request: ${request.url()}`)
  })
  await page.goto(url)
  await page.locator('code.language-mermaid').first().waitFor({ state: 'detached' })
  return { page, troubles, [Symbol.asyncDispose]: () => context.close() }
}

/** What a reader would stumble over, now. */
export function inspected(page: Page): Promise<readonly string[]> {
  const program = readFileSync(new URL('inspection.js', import.meta.url), 'utf8')
  return page.evaluate(`{ ${program} }`)
}
