import { describe, expect, test } from '@jest/globals'
import { text } from '../../actions/shared/markdown.ts'
import { goWell, prepare } from './fakedeploy.ts'
import { ending, ID, playing } from './scene.ts'

/** What a host may say that is not meant well. */
const EVIL = '</code><img src=x>|`[x](http://evil)`\n\n# @everyone\u202e::error::x'

const CHART = /```mermaid\n[^`]*```\n/

describe('the summary', () => {
  test('draws the phases, and has them in figures at a click', async () => {
    const { summary } = await playing(async (deploy) => {
      await prepare(deploy)
      await deploy.phase('rollback', 61_000)
      deploy.result('rolled-back', 81)
    })
    const chart = CHART.exec(summary.markdown)?.[0] ?? ''
    expect(chart).toContain(
      '  1. Fetch the repository (1 s) :2000-01-01 00:00:00.000, 2000-01-01 00:00:01.000\n',
    )
    expect(chart).toContain('  3. Roll back (1 min 1 s) :crit, 2000-01-01 00:00:02.000')
    expect(chart).not.toContain('section')
    expect(summary.markdown).toContain(
      `${chart}\n<details><summary>Each phase in figures</summary>\n\n| Phase | Duration |\n`,
    )
  })

  test('draws nothing by a clock that was set back, nor where nothing was seen', async () => {
    for (const phases of [[], ['2026-11-23T03:00:05Z', '2026-11-23T03:00:00Z'], ['whenever']]) {
      const { summary } = await playing(async (deploy) => {
        deploy.accepted()
        for (const time of phases) deploy.emit('phase', { name: 'fetch', state: 'start', time })
        deploy.result('failed', 70)
      })
      expect(summary.markdown).not.toContain('mermaid')
      expect(summary.markdown.includes('its end was not seen')).toBe(phases.length > 0)
    }
  })

  test('has no more phases than anybody reads', async () => {
    const { summary } = await playing(async (deploy) => {
      for (let count = 0; count < 120; count++) await deploy.phase('x', 10)
      deploy.result('failed', 70)
    })
    expect(summary.markdown.match(/^\| x \|/gm)).toHaveLength(100)
    expect(summary.markdown).toContain('\n20 more are in the log.\n')
    expect(summary.markdown.match(/^ {2}\d+\. x/gm)).toHaveLength(50)
  })

  test('has the last lines of the log of what went wrong, in a block that they cannot end', async () => {
    const { summary } = await playing(async (deploy) => {
      deploy.log('too early\n'.repeat(50))
      deploy.log(Array.from({ length: 39 }, (_, index) => `line ${index}`).join('\n'))
      deploy.log(`\`\`\`\n</details># b${'x'.repeat(600)}`)
      deploy.result('failed', 70)
    })
    const [, tail = ''] =
      /#### Log\n\n<details><summary>Its last lines<\/summary>\n\n````\n([^]*?)\n````\n\n<\/details>\n/.exec(
        summary.markdown,
      ) ?? []
    expect(tail.split('\n')).toEqual([
      ...Array.from({ length: 38 }, (_, index) => `line ${index + 1}`),
      '```',
      `</details># b${'x'.repeat(487)}…`,
    ])
  })

  test('has no log of a good end, nor an empty one', async () => {
    const good = await playing(async (deploy) => {
      deploy.log('fetching …')
      await goWell(deploy)
    })
    expect(good.summary.markdown).not.toContain('#### Log')
    const empty = await playing(async (deploy) => {
      deploy.log(' \n')
      deploy.result('failed', 70)
    })
    expect(empty.summary.markdown).not.toContain('#### Log')
  })

  test('folds long lists of units and warnings, and cuts endless ones', async () => {
    const names = (count: number) => Array.from({ length: count }, (_, index) => `u${index}.service`)
    const { summary } = await playing(async (deploy) => {
      deploy.emit('units', { restarted: names(20), started: ['one.service'] })
      for (const text of names(210)) deploy.emit('warning', { text })
      deploy.result('failed', 80, { newFailedUnits: names(20) })
    })
    const { markdown } = summary
    expect(markdown).toContain(
      '#### Units\n\n<details><summary>20 restarted, 1 started</summary>\n\n|  | Units |\n',
    )
    expect(markdown).toContain('#### Newly failed units\n\n- u0.service\n')
    expect(markdown).toContain('#### Warnings\n\n<details><summary>210 warnings</summary>\n\n- u0.service\n')
    expect(markdown).toContain('\n10 more are in the log.\n\n</details>\n')
  })

  test('says in the first line what happened, then how long each phase took and how to look', async () => {
    const { summary } = await playing(goWell)
    const [heading, , sentence] = summary.markdown.split('\n')
    expect(heading).toBe('### ✅ Deployed: <code>95a89711a27f</code> on vps-arm (example.org)')
    expect(sentence).toBe(text('95a89711a27f on vps-arm (example.org) is deployed.'))
    expect(summary.markdown).toContain('| Fetch the repository | 1 s |\n')
    expect(summary.markdown).toContain(`\`\`\`sh\nssh deploy@example.org attach ${ID} 0\n\`\`\``)
  })

  test('shows several lines of the host as such', async () => {
    const { summary } = await playing(ending('failed', 70, { message: 'error: no\n  at flake.nix:1' }))
    expect(summary.markdown).toContain('```\nerror: no\n  at flake.nix:1\n```\n')
  })

  test('does not count by a clock that was set back', async () => {
    const { summary } = await playing(async (deploy) => {
      deploy.emit('phase', { name: 'fetch', state: 'start', time: '2026-11-23T03:00:05Z' })
      deploy.emit('phase', { name: 'fetch', state: 'end', time: '2026-11-23T03:00:00Z' })
      deploy.emit('phase', { name: 'build', state: 'start', time: 'whenever' })
      deploy.emit('phase', { name: 'build', state: 'end' })
      deploy.emit('phase', { name: 'never-begun', state: 'end' })
      deploy.result('deployed', 0)
    })
    expect(summary.markdown).toContain('| Fetch the repository | unknown |\n')
    expect(summary.markdown).toContain('| Build or fetch the system | unknown |\n')
  })

  test('cuts an endless closure', async () => {
    const added = Array.from({ length: 250 }, (_, index) => ({ name: `p${index}`, to: ['1'] }))
    const { summary } = await playing(async (deploy) => {
      deploy.emit('diff', { added })
      deploy.emit('units', {})
      deploy.result('deployed', 0)
    })
    expect(summary.markdown).toContain('<code>p199</code>')
    expect(summary.markdown).not.toContain('<code>p200</code>')
    expect(summary.markdown).toContain('50 more are in the log.')
  })

  test('lets no text of the host become markup', async () => {
    const { summary } = await playing(async (deploy) => {
      deploy.accepted({ configuration: EVIL, version: EVIL, deadline: EVIL })
      deploy.emit('phase', { name: EVIL, state: 'start' })
      deploy.emit('warning', { text: EVIL })
      deploy.emit('diff', { added: [{ name: EVIL, to: [EVIL] }] })
      deploy.emit('units', { restarted: [EVIL], newFailed: [{ unit: EVIL, result: EVIL, exitStatus: EVIL }] })
      const words = { system: EVIL, previousSystem: EVIL, message: EVIL.replaceAll('\n', ' ') }
      deploy.result('rolled-back', 81, { ...words, rebootRequired: [EVIL], newFailedUnits: [EVIL] })
    })
    expect(summary.markdown).not.toContain('<img')
    expect(summary.markdown).not.toContain('[x](')
    expect(summary.markdown).not.toContain('\n# ')
    expect(summary.markdown).not.toContain('@everyone')
    expect(summary.markdown).not.toContain('\u202e')
  })

  test('shows hostile lines only inside of a block that they cannot end', async () => {
    const { summary } = await playing(ending('failed', 70, { message: 'a\n```\n# b\n````\n' }))
    expect(summary.markdown).toContain('`````\na\n```\n# b\n````\n')
  })
})
