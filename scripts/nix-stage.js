// The stages of `npm test` for nix/: what runs without nixpkgs, and the full evaluation where there is one.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { node24, run } from './toolchain.js'

/** @typedef {import('./stages.js').Counts} Counts */
/** @typedef {import('./jest-suite.js').JestOptions} JestOptions */

/** What test/nix/setup.ts ends with where there is no Nix, and it has said what does not run. */
const NO_NIX = 3

/**
 * @param {{ scratch: string, stages: import('./stages.js').Stages, jest: (name: string, options: JestOptions) => Promise<void> }} by
 */
export async function nixStage({ scratch, stages, jest }) {
  const nix = { isThere: false }
  await stages.step('nix set-up', async (say) => {
    const { code } = await run([node24(), 'test/nix/setup.ts'], { say })
    nix.isThere = code === 0
    // Without a Nix it says itself what does not run for want of it; any other end would leave that out in silence.
    return { passed: nix.isThere ? 1 : 0, failed: nix.isThere || code === NO_NIX ? 0 : 1 }
  })
  const extra = nix.isThere ? [] : ['--testPathIgnorePatterns=/test/nix/withnix/']
  await jest('nix', { patterns: ['/test/nix/'], extra })
  if (!nix.isThere) return
  const resultFile = join(scratch, 'evaluation.json')
  await stages.step('evaluation', async (say) => {
    const ended = await run([node24(), 'test/nix/evaluation/main.ts', resultFile], { say })
    if (!existsSync(resultFile)) return { passed: 0, failed: 1 }
    /** @type {unknown} */
    const report = JSON.parse(readFileSync(resultFile, 'utf8'))
    const counts = /** @type {Counts} */ (report)
    return { ...counts, failed: counts.failed === 0 && ended.code !== 0 ? 1 : counts.failed }
  })
}
