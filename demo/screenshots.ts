/** Pictures of what the demo left in a folder, for the documentation; a page with anything wrong in it gives none. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspected, open, openBrowser } from './browser.ts'

/** Pictures by the section of the page. */
const PICTURES = {
  '1-wait': 'garnix-wait',
  '1-deploy': 'deployed',
  '2-deploy': 'rolled-back',
  'update-1-pull-request': 'pull-request',
}
/** What a README shows them at, and fine on screens that have twice the pixels. */
const LOOK = { width: 900, colors: 'light', scale: 2 } as const
const MAX_BYTES = 200_000

const [folder = ''] = process.argv.slice(2)
const images = fileURLToPath(new URL('../docs/images', import.meta.url))
mkdirSync(images, { recursive: true })
await using browser = await openBrowser()
await using opened = await open(browser, join(folder, 'index.html'), LOOK)
const wrong = [...opened.troubles, ...(await inspected(opened.page))]
if (wrong.length > 0) throw new Error(`The page is not as it should be:\n${wrong.join('\n')}`)
for (const [section, name] of Object.entries(PICTURES)) {
  const path = join(images, `${name}.png`)
  const frame = opened.page.locator(`[id="${section}"] .frame`)
  await frame.screenshot({ path, style: '.frame > header a { visibility: hidden }' })
  execFileSync('pngquant', ['--force', '--strip', '--speed=1', '--ext=.png', '64', path])
  const { size } = statSync(path)
  if (size > MAX_BYTES) throw new Error(`${path} has ${size} bytes, more than ${MAX_BYTES}.`)
  console.log(`${path}: ${Math.round(size / 1_000)} kB`)
}
