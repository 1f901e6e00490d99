/** The words of real failures are in adapters/ssh-*.test.ts; here is what a server on loopback does not do. */
import { describe, expect, test } from '@jest/globals'
import { type Attempt, connectErrorOf } from '../../actions/shared/connecterrors.ts'

const attempt = (stage: Attempt['stage']): Attempt => ({ where: 'host.example', user: 'deploy', stage })
const failure = (message: string, fields: object = {}): Error => Object.assign(new Error(message), fields)

describe('a failure of the SSH client becomes an error of a kind', () => {
  test.each<[unknown, Attempt['stage'], string, string]>([
    [
      failure('read ECONNRESET', { code: 'ECONNRESET' }),
      'connect',
      'unreachable',
      'host.example broke the connection.',
    ],
    [
      failure('connect EHOSTUNREACH', { code: 'EHOSTUNREACH' }),
      'connect',
      'unreachable',
      'host.example cannot be reached.',
    ],
    [failure('strange'), 'connect', 'unreachable', 'host.example cannot be reached: strange.'],
    [
      failure('read ECONNRESET', { code: 'ECONNRESET' }),
      'handshake',
      'unreachable',
      'host.example ended the connection before the keys were exchanged (read ECONNRESET).',
    ],
    [
      failure('No response from server', { code: 'ETIMEDOUT' }),
      'authentication',
      'unreachable',
      'host.example ended the connection while it checked our key (No response from server).',
    ],
    [
      failure('Too many authentication failures', { code: 2 }),
      'authentication',
      'auth',
      "host.example refused the key for user 'deploy'.",
    ],
    [
      failure('Handshake failed: signature verification failed'),
      'handshake',
      'host-key',
      'host.example could not prove that it holds its host key.',
    ],
    [
      failure('Handshake failed: no matching S->C MAC'),
      'handshake',
      'algorithms',
      'host.example and this client have nothing in common: no matching S->C MAC.',
    ],
    [
      failure('Cannot parse privateKey: Unsupported key format'),
      'connect',
      'key',
      'The private key for host.example cannot be used: Unsupported key format.',
    ],
    [
      failure('privateKey value does not contain a (valid) private key'),
      'connect',
      'key',
      'The private key for host.example cannot be used: privateKey value does not contain a (valid) private key.',
    ],
    [
      failure('Handshake failed: no matching host key format'),
      'handshake',
      'host-key',
      'host.example has no host key of a pinned type.',
    ],
    [
      failure('Cannot parse privateKey: OpenSSH key integrity check failed -- bad passphrase?'),
      'connect',
      'key',
      'The private key for host.example cannot be used: the passphrase does not open it.',
    ],
    ['thrown text', 'connect', 'unreachable', 'host.example cannot be reached: thrown text.'],
  ])('%s', (...[error, stage, kind, message]) => {
    expect(connectErrorOf(error, attempt(stage))).toMatchObject({ kind, message, cause: error })
  })

  test('with several addresses, of the first one', () => {
    const both = failure('', {
      errors: [failure('a', { code: 'ECONNREFUSED' }), failure('b', { code: 'ENETUNREACH' })],
    })
    expect(connectErrorOf(both, attempt('connect')).message).toBe('host.example refused the connection.')
  })
})
