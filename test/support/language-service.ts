/** GitHub's own checks of manifests and workflows, as its editors do them. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { root } from './manifest.ts'

export interface Document {
  /** Its name tells what it is: `action.yml`, or below `.github/workflows`. */
  readonly path: string
  readonly text: string
}

const PROGRAM = `
  import { readFileSync } from 'node:fs'
  import { validate } from '@actions/languageservice'
  import { TextDocument } from 'vscode-languageserver-textdocument'
  const documents = JSON.parse(readFileSync(process.argv[2], 'utf8'))
  const diagnose = async ({ path, text }) => {
    const found = await validate(TextDocument.create('file:///' + path, 'yaml', 1, text))
    return found.map(({ message, range }) => path + ':' + (range.start.line + 1) + ': ' + message)
  }
  Promise.all(documents.map(diagnose)).then((found) => console.log(JSON.stringify(found.flat())))
`

/** What is wrong with them, each as `path:line: message`. */
export async function diagnose(documents: readonly Document[]): Promise<readonly string[]> {
  const directory = mkdtempSync(join(tmpdir(), 'nix-vps-language-'))
  try {
    // Its parser imports JSON without saying so, which Node refuses; a bundle has none to import.
    const outfile = join(directory, 'program.cjs')
    const stdin = { contents: PROGRAM, resolveDir: root }
    await build({ stdin, outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' })
    writeFileSync(join(directory, 'documents.json'), JSON.stringify(documents))
    const { stdout } = await promisify(execFile)(process.execPath, [
      outfile,
      join(directory, 'documents.json'),
    ])
    return JSON.parse(stdout) as string[]
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
