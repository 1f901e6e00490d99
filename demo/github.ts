/**
 * Markdown as GitHub shows it, near enough: GitHub's dialect, and of its HTML what GitHub lets through (`defaultSchema`
 * follows its rules), so that a page shows neither more nor less than GitHub would.
 */
import { fromHtml } from 'hast-util-from-html'
import { sanitize } from 'hast-util-sanitize'
import { toHtml } from 'hast-util-to-html'
import { marked } from 'marked'

/** Where a text stands: in comments and bodies GitHub breaks lines where the source does. */
export type Place = 'summary' | 'pull request'

export function asOnGitHub(markdown: string, place: Place): string {
  const html = marked.parse(markdown, { async: false, gfm: true, breaks: place === 'pull request' })
  return toHtml(sanitize(fromHtml(html, { fragment: true })))
}

/** The sources of all Mermaid diagrams in a text, also of those inside of lists and quotes. */
export function diagramsIn(markdown: string): readonly string[] {
  const found: string[] = []
  void marked.walkTokens(marked.lexer(markdown, { gfm: true }), (token) => {
    if (token.type === 'code' && token.lang === 'mermaid') found.push(String(token.text))
  })
  return found
}
