/** Each claim of the threat model that a thief fails, or gets somewhere, names the test that plays him. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { root } from '../support/manifest.ts'

const DOCUMENT = '.github/SECURITY.md'
const text = readFileSync(join(root, DOCUMENT), 'utf8')
const thieves = text.split(/^## /m).find((section) => section.startsWith('What a thief gets')) ?? ''

const claims = thieves
  .split(/\n\n|\n(?=- )/)
  .map((part) => part.replaceAll(/\s+/g, ' ').trim())
  .filter((part) => part.startsWith('- '))

const notes = new Map(
  [...text.matchAll(/^\[\^(\w+)\]: (.*)$/gm)].map(([, name = '', references = '']) => [name, references]),
)
const cited = new Set([...text.matchAll(/\[\^(\w+)\](?!:)/g)].map(([, name = '']) => name))

test('every claim of a list cites a test', () => {
  expect(claims.length).toBeGreaterThan(15)
  expect(claims.filter((claim) => !/\[\^\w+\]/.test(claim))).toEqual([])
})

test('what is cited is there, and cited', () => {
  expect([...notes.keys()].sort()).toEqual([...cited].sort())
})

describe.each([...notes])('the note %s', (_, references) => {
  const tests = [...references.matchAll(/\[[\w.]+\]\(([^)]+)\), "([^"]+)"/g)].map(
    ([, link = '', title = '']) => ({ link, title }),
  )

  test('names tests', () => {
    expect(tests.length).toBeGreaterThan(0)
  })

  test.each(tests)('$link, $title', ({ link, title }) => {
    const file = join(root, dirname(DOCUMENT), link)
    expect(existsSync(file)).toBe(true)
    expect(readFileSync(file, 'utf8').replaceAll("\\'", "'")).toMatch(
      new RegExp(`(['"\`]|def )${escaped(title)}`),
    )
  })
})

function escaped(title: string): string {
  return title.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
