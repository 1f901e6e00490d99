/**
 * Foreign text in Markdown that GitHub renders. Whatever could be markup becomes a character reference, so that it can
 * only ever be read; mentions and references are broken, so that nobody is called and nothing is linked.
 */

/** Words in a line of text, a heading or a table cell. */
export function text(raw: string): string {
  return referenced(oneLine(raw)).replace(/(&#(?:64|35);)(?=[A-Za-z0-9])/g, '$1&#8203;')
}

/** A name in code type; fits everywhere, in table cells as well. */
export function code(raw: string): string {
  return `<code>${referenced(oneLine(raw))}</code>`
}

/** Lines in a block of code. Not for table cells. */
export function block(raw: string, language = ''): string {
  const longest = Math.max(0, ...(raw.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(Math.max(3, longest + 1))
  const lines = raw.split(/\r\n|\r|\n/).map(visible)
  return `${fence}${language}\n${lines.join('\n').replace(/\n$/, '')}\n${fence}\n`
}

/** Rows of cells that are Markdown already: `text` and `code` make them of foreign words. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, header.map(() => '---'), ...rows]
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

/** Cut after a whole line to what a step's summary may hold; GitHub drops one that is larger. */
export function fitted(markdown: string, maxBytes: number): string {
  const bytes = Buffer.from(markdown)
  if (bytes.length <= maxBytes) return markdown
  const note = '\n\nThis summary was longer than GitHub shows; the log has the rest.\n'
  const end = bytes.lastIndexOf('\n', maxBytes - note.length - 1)
  return `${bytes.toString('utf8', 0, Math.max(0, end))}${note}`
}

function oneLine(raw: string): string {
  return visible(raw.replace(/\s*[\r\n]+\s*/g, ' ').trim())
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
