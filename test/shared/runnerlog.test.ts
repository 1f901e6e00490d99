import { describe, expect, test } from '@jest/globals'
import { commandLine, harmless, holdsCommand } from '../../actions/shared/commands.ts'
import { type RunnerLog, runnerLog } from '../../actions/shared/runnerlog.ts'
import { countingRandom } from '../support/fakes.ts'
import { obeyed } from '../support/obeyed.ts'

const TOKENS = [0, 1, 2].map((count) => count.toString(16).padStart(32, '0'))

/** Everything that was written while `act` used a log. */
function written(act: (log: RunnerLog) => void): string {
  let text = ''
  const log = runnerLog((piece) => (text += piece), countingRandom())
  act(log)
  log.finish()
  return text
}

const lines = (log: string): readonly string[] => obeyed(log).map(({ line }) => line)

describe('our own lines', () => {
  test('are what the runner obeys', () => {
    const log = written((own) => {
      own.mask('hunter2')
      own.mask('')
      own.group('Build')
      own.info('plain words')
      own.debug('detail')
      own.endGroup()
      own.notice('look')
      own.warning('careful', { title: 'a,b' })
      own.error('50 % bad\nreally', { file: 'nix/flake.nix', startLine: 3, startColumn: 0, title: 'x: y' })
    })
    expect(log).toBe(
      [
        '::add-mask::hunter2',
        '::group::Build',
        'plain words',
        '::debug::detail',
        '::endgroup::',
        '::notice::look',
        '::warning title=a%2Cb::careful',
        '::error title=x%3A y,file=nix/flake.nix,line=3,col=0::50 %25 bad%0Areally',
        '',
      ].join('\n'),
    )
  })

  test('in plain words are no commands, even if a value in them looks like one', () => {
    const log = written((own) => {
      own.info('deploying\n::set-env name=x::y')
      own.group('next')
    })
    expect(lines(log)).toEqual(['::group::next'])
    expect(log).toContain('::set-env name=x::y\n')
  })
})

describe("the host's text", () => {
  test('stands between stop-commands and its end', () => {
    const log = written((own) => {
      own.host('one\n::error::no\n')
      own.host('two\n')
    })
    expect(log).toBe(`::stop-commands::${TOKENS[0]}\none\n::error::no\ntwo\n::${TOKENS[0]}::\n`)
  })

  test.each([
    '::set-output name=x::y\n',
    '  \t::add-mask::x\n',
    'progress\r::error::x\n',
    'progress\r\r\n::error::x\n',
    '##[error]x\n',
    'text ##[group]x\n',
    '::stop-commands::mine\n::mine::\n::error::x\n',
    '::error::without an end',
    '\u2028::error::x\n',
    '\u000b::error::x\n',
  ])('%j is never obeyed, however it is cut', (hostile) => {
    for (let cut = 0; cut <= hostile.length; cut++) {
      const log = written((own) => {
        own.host(hostile.slice(0, cut))
        own.host(hostile.slice(cut))
        own.group('ours')
      })
      expect(lines(log)).toEqual(['::group::ours'])
      const between = written((own) => {
        own.host(hostile.slice(0, cut))
        own.info('ours')
        own.group('ours')
        own.host(hostile.slice(cut))
      })
      expect(lines(between)).toEqual(['::group::ours'])
    }
  })

  test('lets our groups and annotations work in between, with a new token each time', () => {
    const log = written((own) => {
      own.host('a\n')
      own.warning('ours')
      own.host('b\n')
      own.endGroup()
    })
    expect(lines(log)).toEqual(['::warning::ours', '::endgroup::'])
    expect([...log.matchAll(/stop-commands::(.*)/g)].map(([, token]) => token)).toEqual(TOKENS.slice(0, 2))
  })

  test('cut anywhere shows as the lines it was', () => {
    const log = written((own) => {
      for (const piece of ['o', 'ne\r', '\ntwo\rth', 'ree\n\nfive']) own.host(piece)
    })
    expect(log.split('\n').slice(1, -2)).toEqual(['one', 'two', 'three', '', 'five'])
  })

  test('without an end of line does not grow forever', () => {
    const log = written((own) => {
      for (let count = 0; count < 10; count++) own.host('x'.repeat(20_000))
    })
    const shown = log.split('\n').slice(1, -2)
    expect(shown.join('')).toBe('x'.repeat(200_000))
    expect(Math.max(...shown.map((line) => line.length))).toBeLessThan(100_000)
  })

  test('folds nothing in the viewer and rings no bell', () => {
    expect(harmless('##[group]x \u0007\u0000 \u001b[31mred\u001b[0m\ttab')).toBe(
      '# #[group]x \\x07\\x00 \u001b[31mred\u001b[0m\ttab',
    )
  })
})

test('a command is known by what the runner looks for', () => {
  const commands = ['::x::', ' ::x::', '\u0085::x::', 'a\n::x', 'a\r::x', 'a ##[x]']
  expect(commands.filter(holdsCommand)).toEqual(commands)
  expect(['a ::x::', 'a', '', '# #[x]'].map(holdsCommand)).toEqual([false, false, false, false])
  expect(commandLine('endgroup', '')).toBe('::endgroup::')
  expect(commandLine('error', 'm', { file: '', line: undefined })).toBe('::error::m')
})
