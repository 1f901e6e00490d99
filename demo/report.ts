import { chmodSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { marked } from 'marked'

const style = `
  body { font: 16px/1.5 system-ui, sans-serif; color: #1f2328; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
  table { border-collapse: collapse } th, td { border: 1px solid #d1d9e0; padding: .35rem .8rem; text-align: left }
  th { background: #f6f8fa } code { font: 85% ui-monospace, monospace; background: #818b981f; padding: .2em .4em; border-radius: 6px }
  pre { background: #f6f8fa; padding: 1rem; border-radius: 6px; overflow: auto } pre code { background: none; padding: 0 }
  h1, h2 { border-bottom: 1px solid #d1d9e0; padding-bottom: .3em }`

/** Writes a job summary as `<base>.md` and `<base>.html`, readable by everybody; returns both paths. */
export function writeReport(base: string, title: string, markdown: string): string[] {
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><style>${style}</style>
${marked.parse(markdown, { async: false, gfm: true })}</html>\n`
  const files = { [`${base}.md`]: markdown, [`${base}.html`]: page }
  chmodSync(dirname(base), 0o755)
  for (const [path, text] of Object.entries(files)) writeFileSync(path, text)
  return Object.keys(files)
}

/** The first row is the head. */
export function tableOf(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) => row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  ')).join('\n')
}
