import { expect, test } from '@jest/globals'
import { headingFor, helpMarkdown, helpUrl } from '../../actions/shared/help.ts'

const headings = {
  'The door is … and …': ['Nobody opens …'],
  'The door is … and locked by …': [],
}
const README = 'https://github.com/toxx1220/nix-vps/blob/v1/actions/an-action/README.md'

test.each([
  ['The door is red and small.', 'The door is … and …'],
  ['It was tried. The door is red and locked by me.', 'The door is … and locked by …'],
  ['Nobody opens it.', 'The door is … and …'],
  ['and The door is', undefined],
  ['', undefined],
])("'%s' is explained below %s", (words, heading) => {
  expect(headingFor(words, headings)).toBe(heading)
})

test('the value of an input does not lead to another heading', () => {
  const known = { ...headings, 'Bad input: …': ['… bad inputs:'] }
  const value = 'The door is red and locked by me.'
  const bad = (name: string) => `'${name}' is '${value}', expected one of a, b.`
  expect(headingFor(`Bad input: ${bad('mode')}`, known)).toBe('Bad input: …')
  expect(headingFor(`2 bad inputs:\n- ${bad('mode')}\n- ${bad('reboot')}`, known)).toBe('Bad input: …')
  expect(headingFor(`Bad input: ${value}`, known)).toBe('The door is … and locked by …')
})

test('what nobody explains is explained in general', () => {
  const help = { action: 'an-action', headings }
  expect(helpUrl(help, 'Who are you?')).toBe(`${README}#when-it-fails`)
  expect(helpUrl(help, 'Nobody opens.\nNobody opens it.')).toBe(`${README}#the-door-is--and-`)
})

test('a summary links to it, whatever the words are', () => {
  const help = { action: 'an-action', headings }
  expect(helpMarkdown(help, 'Nobody opens ](https://evil.example).')).toBe(
    `[an-action: what this means, and what to do](${README}#the-door-is--and-)\n`,
  )
})
