import { expect, test } from '@jest/globals'
import { recipientOf } from './ssh-to-age.ts'

test('converts as the real one does', () => {
  // The key among its test assets, and what its README shows for it: https://github.com/Mic92/ssh-to-age
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOHz+U0YtjINc54dZiJNclfmEFifF7RXCFlNlTbuZBji'
  expect(recipientOf(key)).toBe('age17044m9wgakla6pzftf4srtl3h5mcsr85jysgt5fg23zpnta8sfdqhzn452')
})
