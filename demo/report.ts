import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pageOf, type Report, type Rows } from './page.ts'

/** Writes each text as `<name>.md`, and all of them as `index.html`; returns the paths, the page first. */
export function writeReport(folder: string, report: Report): readonly string[] {
  const texts = report.shown.map(({ name, markdown }) => [`${name}.md`, markdown] as const)
  const files = [['index.html', pageOf(report)] as const, ...texts]
  return files.map(([name, text]) => {
    const path = join(folder, name)
    writeFileSync(path, text, { mode: 0o644 })
    return path
  })
}

/** For a terminal. */
export function aligned(rows: Rows): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) => row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  ')).join('\n')
}
