import { describe, expect, test } from '@jest/globals'
import { text } from '../../actions/shared/markdown.ts'
import { goWell } from './fakedeploy.ts'
import { ending, ID, playing } from './scene.ts'

/** What a host may say that is not meant well. */
const EVIL = '</code><img src=x>|`[x](http://evil)`\n\n# @everyone\u202e::error::x'

describe('the summary', () => {
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
