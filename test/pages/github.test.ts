import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { asOnGitHub, diagramsIn } from '../../demo/github.ts'
import { writeReport } from '../../demo/report.ts'

test('what GitHub takes out of a text is taken out', () => {
  const html = asOnGitHub(
    '<b id="a" onclick="x()" style="color: red">b</b><script>x()</script>\n\n<style>*{}</style>\n\n<iframe src="x"></iframe>\n\n[c](javascript:x)',
    'summary',
  )
  expect(html).toContain('<b id="user-content-a">b</b>')
  expect(html).not.toMatch(/script|style|onclick|iframe/)
})

test('tables, folded parts and blocks of code are there', () => {
  const html = asOnGitHub(
    '| a |\n| - |\n| b |\n\n<details>\n<summary>c</summary>\n\n```sh\nd\n```\n\n</details>\n',
    'summary',
  )
  for (const part of ['<td>b</td>', '<details>', '<summary>c</summary>', '<code class="language-sh">d'])
    expect(html).toContain(part)
})

test('a line that ends in the source ends in a pull request', () => {
  expect(asOnGitHub('a\nb', 'pull request')).toContain('a<br>b')
  expect(asOnGitHub('a\nb', 'summary')).toContain('a\nb')
})

test('diagrams are found wherever they stand', () => {
  expect(diagramsIn('- a\n\n  ```mermaid\n  pie\n  ```\n\n```sh\nb\n```\n')).toEqual(['pie'])
})

test("a folder that a report is written into keeps its rights: it may be /tmp, or somebody's home", () => {
  const folder = mkdtempSync(join(tmpdir(), 'nix-vps-report-'))
  const { mode } = statSync(folder)
  writeReport(folder, { tables: [], shown: [] })
  expect(statSync(folder).mode).toBe(mode)
  rmSync(folder, { recursive: true })
})
