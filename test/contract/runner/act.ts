/** What an action says to the runner; by our own code in ours.ts, by GitHub's in core.ts. */
import type { RunnerLog } from '../../../actions/shared/runnerlog.ts'
import type { Outputs, ReadInput, Summary } from '../../../actions/shared/ports.ts'

export interface Runner {
  readonly log: Omit<RunnerLog, 'host' | 'finish'>
  readonly readInput: ReadInput
  readonly outputs: Outputs
  readonly summary: Summary
}

const AWKWARD = ['plain', '50 % off', 'two\nlines\r\nand more', 'a:b,c::d', ' spaces ', '€ 😀', '']

export async function act({ log, readInput, outputs, summary }: Runner): Promise<void> {
  for (const name of ['plain', 'With Space', 'padded', 'empty', 'absent', 'kebab-case'])
    log.info(JSON.stringify(readInput(name)))
  log.mask('hunter2')
  for (const text of AWKWARD) {
    log.debug(text)
    log.info(text.replaceAll('\r', ''))
    log.notice(text)
    log.warning(text, { title: text, file: 'nix/flake.nix' })
    log.error(text, { file: text, startLine: 3, startColumn: 7, title: 'Evaluation' })
    log.group(text)
    log.endGroup()
    outputs.set(`output-${AWKWARD.indexOf(text)}`, text)
  }
  await summary.write('# Summary\n\n50 % | done\n')
  await summary.write('more')
}
