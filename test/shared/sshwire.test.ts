/** The examples of RFC 4251, section 5. */
import { expect, test } from '@jest/globals'
import { sshInteger, SshReader } from '../../actions/shared/sshwire.ts'

test.each([
  ['00', '00000000'],
  ['', '00000000'],
  ['09a378f9b2e332a7', '0000000809a378f9b2e332a7'],
  ['80', '000000020080'],
  ['000080', '000000020080'],
])('the number %s is written as %s, and read again', (hex, written) => {
  const bytes = sshInteger(Buffer.from(hex, 'hex'))
  expect(bytes.toString('hex')).toBe(written)
  expect(new SshReader(bytes).integer().toString('hex')).toBe(hex.replace(/^(00)+/, ''))
})
