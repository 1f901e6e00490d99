/**
 * Foreign text in Markdown that GitHub renders. Whatever could be markup becomes a character reference, so that it can
 * only ever be read; mentions and references are broken, so that nobody is called and nothing is linked.
 */

/** Nobody reads a longer line, and a page of one line could only be shown whole or not at all. */
const MAX_LINE = 4_096

/** Words in a line of text, a heading or a table cell. */
export function text(raw: string): string {
  return referenced(oneLine(raw)).replace(/(&#(?:64|35);)(?=[A-Za-z0-9])/g, '$1&#8203;')
}

/** A name in code type; fits everywhere, in table cells as well. */
export function code(raw: string): string {
  return `<code>${referenced(oneLine(raw))}</code>`
}

/** A foreign address behind words; one that is none, or that no browser should follow, is shown as it is. */
export function link(words: string, url: string): string {
  const { href = '', protocol = '' } = URL.canParse(url) ? new URL(url) : {}
  if (!/^https?:$/.test(protocol) || href.length > MAX_LINE) return code(url)
  return `<a href="${href.replace(/[^A-Za-z0-9/:.%-]/g, (mark) => `&#${mark.charCodeAt(0)};`)}">${text(words)}</a>`
}

/** Lines in a block of code. Not for table cells. */
export function block(raw: string, language = ''): string {
  const lines = raw.split(/\r\n|\r|\n/).map((line) => visible(shortened(line)))
  // Not by spreading: a megabyte of them would be too many arguments.
  const longest = lines.reduce((most, line) => Math.max(most, longestRunIn(line)), 0)
  const fence = '`'.repeat(Math.max(3, longest + 1))
  return `${fence}${language}\n${lines.join('\n').replace(/\n$/, '')}\n${fence}\n`
}

/** Rows of cells that are Markdown already: `text` and `code` make them of foreign words. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, header.map(() => '---'), ...rows]
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

/** Foreign words, as a block of code where they have several lines. */
export function paragraph(words: string): string {
  return words.includes('\n') ? block(words) : `${text(words)}\n`
}

export function list(items: readonly string[]): string {
  return items.map((item) => `- ${text(item)}\n`).join('')
}

/** `''` where there is no body, which is Markdown already. */
export function section(title: string, body: string | false | undefined): string {
  return body === undefined || body === false || body === '' ? '' : `#### ${title}\n\n${body}`
}

/** What opens at a click; both are Markdown already. `''` where there is no body. */
export function details(summary: string, body: string): string {
  return body === '' ? '' : `${DETAILS}<summary>${summary}</summary>\n\n${body}\n${END_OF_DETAILS}\n`
}

const DETAILS = '<details>'
const END_OF_DETAILS = '</details>'

const NOTE = '\n\nThis summary was longer than GitHub shows; the log has the rest.\n'

/**
 * Cut to what a step's summary may hold; GitHub drops one that is larger. It is cut after a whole line, and a block of
 * code and what opens at a click are closed if they are open there; one line that is too long for the rest is left out,
 * and what comes after it kept.
 */
export function fitted(markdown: string, maxBytes: number): string {
  if (Buffer.byteLength(markdown) <= maxBytes) return markdown
  const lines: string[] = []
  let leftBytes = maxBytes - Buffer.byteLength(NOTE)
  let open: readonly string[] = []
  for (const line of markdown.split('\n')) {
    const next = openAfter(line, open)
    const bytes = bytesOf(line, open, next)
    if (bytes > leftBytes) {
      if (isCode([...open, ...next])) break
      continue
    }
    leftBytes -= bytes
    lines.push(line)
    open = next
  }
  return `${[...lines, ...open.toReversed()].join('\n')}${NOTE}`
}

/** What a line takes; the end of a block is paid for at its beginning. */
function bytesOf(line: string, open: readonly string[], next: readonly string[]): number {
  if (next.length < open.length) return 0
  const ends = next.slice(open.length).map((end) => `\n${end}`)
  return Buffer.byteLength(line) + 1 + ends.join('').length
}

/** The lines that end what is open after a line, the innermost last. */
function openAfter(line: string, open: readonly string[]): readonly string[] {
  if (line === open.at(-1)) return open.slice(0, -1)
  if (isCode(open)) return open
  const fence = /^`{3,}/.exec(line)?.[0]
  if (fence !== undefined) return [...open, fence]
  return line.startsWith(DETAILS) ? [...open, END_OF_DETAILS] : open
}

function isCode(open: readonly string[]): boolean {
  return open.some((end) => end !== END_OF_DETAILS)
}

function longestRunIn(line: string): number {
  return (line.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0)
}

/** The beginning of a line, and how much of it is missing. */
function shortened(line: string): string {
  if (line.length <= MAX_LINE) return line
  const kept = line.slice(0, MAX_LINE).replace(/[\ud800-\udbff]$/, '')
  return `${kept}… (${line.length - kept.length} more characters)`
}

function oneLine(raw: string): string {
  // Not by one pattern, which would try blanks without a line break after them again from each of them.
  const lines = raw.split(/[\r\n]+/).map((line) => line.trim())
  return visible(shortened(lines.filter((line) => line !== '').join(' ')))
}

/** Control characters and those that reorder what is read are shown as what they are. */
function visible(raw: string): string {
  return raw.replace(
    // eslint-disable-next-line no-control-regex -- they are what is looked for
    /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Marks that could be markup where they stand; all others stay as they are, for the source is read as well. */
const MARKUP = [
  /[&<>*`~[\]\\|#@$]/,
  // Within a word it is just a line.
  /(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/,
  // What begins a list or underlines a heading.
  /^[-+=]/,
  /(?<=^\d+)[.)]/,
  // Links and emoji.
  /:(?=\/\/|[\w+-]+:)/,
  /(?<=www)\./,
]
const ANY_MARKUP = new RegExp(MARKUP.map(({ source }) => source).join('|'), 'gi')

function referenced(line: string): string {
  return line.replace(ANY_MARKUP, (mark) => `&#${mark.charCodeAt(0)};`)
}
