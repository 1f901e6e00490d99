/** The diagrams of the documentation are read by the renderer that GitHub uses. How they look is for the browser's suite. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createContext, runInContext } from 'node:vm'
import { expect, test } from '@jest/globals'
import { blocksOf } from '../support/documents.ts'

interface Mermaid {
  parse(text: string): Promise<{ readonly diagramType: string }>
}

/** It looks for a page when it is loaded, and needs none to read a diagram; one that can clean no HTML is left alone. */
function mermaid(): Mermaid {
  const element = () => ({ setAttribute: () => undefined, style: {} })
  const document = {
    createElement: element,
    addEventListener: () => undefined,
    body: {},
    documentElement: {},
    nodeType: 9,
  }
  const page: Record<string, unknown> = { document, setTimeout, structuredClone, URL, Element: Object }
  page['window'] = page['globalThis'] = page
  page['addEventListener'] = () => undefined
  const file = createRequire(import.meta.url).resolve('@mermaid-js/tiny')
  runInContext(readFileSync(file, 'utf8'), createContext(page))
  return page['mermaid'] as Mermaid
}

const blocks = blocksOf('mermaid').map(({ name, text }) => [name, text] as const)

test.each(blocks)('%s', async (_, text) => {
  expect(await mermaid().parse(text)).toMatchObject({ diagramType: 'flowchart-v2' })
})

test('the README has one, and one that is wrong is told', async () => {
  expect(blocks.some(([name]) => name.startsWith('README.md'))).toBe(true)
  await expect(mermaid().parse('flowchart LR\n  a --> ]b')).rejects.toThrow('error on line 2')
})
