/** No block of the documentation is there that no test looks at. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { blocksIn, documents, documentText } from '../support/documents.ts'
import { root } from '../support/manifest.ts'

/** Where the blocks of each language are run or validated. */
const JUDGES: Readonly<Record<string, string>> = {
  json: 'test/docs/json.test.ts',
  mermaid: 'test/docs/mermaid.test.ts',
  nix: 'test/nix/withnix/documents.test.ts',
  sh: 'test/docs/commands.test.ts',
  text: 'test/docs/text.test.ts',
  yaml: 'test/docs/workflows.test.ts',
}

test.each(documents)('%s: every block says its language, and has a test for it', (document) => {
  const languages = new Set(blocksIn(document).map(({ language }) => language))
  expect(Object.keys(JUDGES)).toEqual(expect.arrayContaining([...languages]))
})

test.each(Object.entries(JUDGES))('%s has its test: %s', (_, path) => {
  expect(existsSync(join(root, path))).toBe(true)
})

test.each(documents)('%s: every fence is seen', (document) => {
  const fences = documentText(document).match(/^[ >]*(?:```|~~~)/gm) ?? []
  expect(blocksIn(document)).toHaveLength(fences.length / 2)
})
