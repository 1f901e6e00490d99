/** One HTML page of everything that GitHub would show: whole in itself, it asks no network for anything. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { asOnGitHub, type Place } from './github.ts'

/** A text that GitHub would show. */
export interface Shown {
  /** Names its section and its file. */
  readonly name: string
  readonly title: string
  readonly place: Place
  readonly markdown: string
}

/** Rows of words; the first one is the head. */
export type Rows = readonly (readonly string[])[]

export interface Report {
  readonly tables: readonly Rows[]
  readonly shown: readonly Shown[]
}

const require = createRequire(import.meta.url)
const own = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')
const style = () => `${readFileSync(require.resolve('github-markdown-css'), 'utf8')}\n${own('page.css')}`

/** What stands in the page itself. */
interface Script {
  readonly type: 'text/javascript' | 'module'
  readonly text: string
}

/** Mermaid makes a global of itself, which a module would not. */
function scripts(): readonly Script[] {
  const mermaid = readFileSync(require.resolve('@mermaid-js/tiny'), 'utf8')
  return [
    { type: 'text/javascript', text: inlined(mermaid) },
    { type: 'module', text: inlined(own('diagrams.js')) },
  ]
}

export function pageOf({ tables, shown }: Report): string {
  const body = shown.map(sectionOf).join('\n')
  const inline = body.includes('language-mermaid') ? scripts() : []
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policyFor(inline)}">
<title>nix-vps: what the demo did</title>
<style>
${style()}
</style>
</head>
<body class="markdown-body">
<main>
<h1>What the demo did</h1>
<p>What GitHub would show: the summary of each step, and the pull request as it was after each run. GitHub's own rendering
is approximated: its dialect of Markdown, the HTML it lets through, its colors, and its diagrams.</p>
${tables.map(tableOf).join('\n')}
<ul>
${shown.map(({ name, title }) => `<li><a href="#${name}">${escaped(title)}</a></li>`).join('\n')}
</ul>
${body}
</main>
${inline.map(({ type, text }) => `<script type="${type}">${text}</script>`).join('\n')}
</body>
</html>
`
}

function sectionOf({ name, title, place, markdown }: Shown): string {
  const file = `<a href="${name}.md">Markdown</a>`
  return `<section id="${name}">
<h2>${escaped(title)}</h2>
<div class="frame">
<header><strong>${place === 'summary' ? 'Job summary' : 'Pull request'}</strong>${file}</header>
<div class="markdown-body">
${asOnGitHub(markdown, place)}</div>
</div>
</section>`
}

function tableOf([head = [], ...rows]: Rows): string {
  const row = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`
  return `<table><thead>${row(head, 'th')}</thead><tbody>${rows.map((cells) => row(cells, 'td')).join('')}</tbody></table>`
}

/** What a page holds of scripts must not end its element. */
function inlined(script: string): string {
  if (/<\/?script/i.test(script))
    throw new Error('A script names its own element: it cannot stand in a page.')
  return `\n${script}\n`
}

/** Nothing is fetched, and no script runs but those of the page itself. Mermaid brings its own styles. */
function policyFor(inline: readonly Script[]): string {
  const hashes = inline.map(({ text }) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`)
  const allowed = hashes.length === 0 ? '' : ` script-src ${hashes.join(' ')};`
  return `default-src 'none'; style-src 'unsafe-inline';${allowed} img-src data:; base-uri 'none'; form-action 'none'`
}

function escaped(words: string): string {
  return words.replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`)
}
