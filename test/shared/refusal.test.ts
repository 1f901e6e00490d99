import { describe, expect, test } from '@jest/globals'
import { refusalOf, saidIn } from '../../actions/shared/refusal.ts'

describe('a refusal of GitHub', () => {
  const wanted = { what: 'the check runs of acme/infra', permission: 'checks: read' }
  const words = (status: number, data: unknown) => refusalOf({ status, headers: {}, data }, wanted)

  test.each([
    [
      401,
      'GitHub does not know the token it was asked for the check runs of acme/infra with (401).',
      'expired',
    ],
    [
      403,
      "The token may not have the check runs of acme/infra (403): it lacks 'checks: read'.",
      "'permissions: checks: read'",
    ],
    [
      404,
      "GitHub does not have the check runs of acme/infra, or not for this token (404): private ones need 'checks: read'.",
      "'permissions: checks: read'",
    ],
    [410, 'GitHub refused the check runs of acme/infra (status 410).', ''],
  ])('of status %i', (status, message, hint) => {
    expect(words(status, 'nothing')?.message).toBe(message)
    expect(words(status, 'nothing')?.hint ?? '').toContain(hint)
    expect(words(status, { message: 'Why.' })?.message).toBe(`${message} It says: Why.`)
    expect(words(status, { message: 'x'.repeat(10_000) })?.message.length).toBeLessThan(700)
  })

  test('is none where there is none', () => {
    expect(words(200, {})).toBeUndefined()
  })
})

test.each([
  [undefined, ''],
  [{ message: 'Validation Failed' }, 'Validation Failed'],
  [
    { message: 'Validation Failed', errors: [{ message: 'No commits between.' }] },
    'Validation Failed: No commits between.',
  ],
  [
    {
      message: 'Validation Failed',
      errors: [{ resource: 'PullRequest', field: 'head', code: 'invalid' }, {}],
    },
    'Validation Failed: head invalid',
  ],
  [
    { message: 'Rule violations found\n\nCannot create ref.\n\n' },
    'Rule violations found Cannot create ref.',
  ],
])('what GitHub says in %j', (data, words) => {
  expect(saidIn(data)).toBe(words)
})
