/** The project's documents, and what somebody copies out of them. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { marked } from 'marked'
import { root } from './manifest.ts'

export interface Block {
  readonly document: string
  /** What stands behind the opening fence; `''` if nothing. */
  readonly language: string
  /** Without the indentation of the list it stands in. */
  readonly text: string
  /** For the name of a test: the document and the first line. */
  readonly name: string
}

const MADE = new Set(['node_modules', 'dist', 'coverage', 'demo-report', '.git'])

function documentsBelow(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return MADE.has(entry.name) ? [] : documentsBelow(path)
    return entry.name.endsWith('.md') ? [path] : []
  })
}

/** Every Markdown file of the project, by its path from the root. */
export const documents: readonly string[] = documentsBelow('.').toSorted()

export function documentText(document: string): string {
  return readFileSync(join(root, document), 'utf8')
}

/** Every fenced block of a document, in its order. */
export function blocksIn(document: string): readonly Block[] {
  const found: Block[] = []
  void marked.walkTokens(marked.lexer(documentText(document)), (token) => {
    if (token.type !== 'code') return
    const { lang = '', text } = token as { lang?: string; text: string }
    const [first = ''] = text.split('\n')
    found.push({ document, language: lang, text: `${text}\n`, name: `${document}: ${first.trim()}` })
  })
  return found
}

/** Every block of every document that is in one language. */
export function blocksOf(language: string): readonly Block[] {
  return documents.flatMap(blocksIn).filter((block) => block.language === language)
}

/** What stands between backquotes in the prose of a document. */
export function spansIn(document: string): readonly string[] {
  const found: string[] = []
  void marked.walkTokens(marked.lexer(documentText(document)), (token) => {
    if (token.type === 'codespan') found.push((token as { text: string }).text)
  })
  return found
}
