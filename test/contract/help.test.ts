/** Every red end has a heading in its action's README, and every such heading an end that leads to it. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { HELP as DEPLOY, HOST_HEADINGS } from '../../actions/deploy-nixos/help.ts'
import { HELP as WAIT } from '../../actions/garnix-wait/help.ts'
import { says, weightOf, type Headings } from '../../actions/shared/help.ts'
import { anchorOf } from '../../actions/shared/project.ts'
import { HELP as UPDATE } from '../../actions/update-flake-pr/help.ts'
import { actionNames, root } from '../support/manifest.ts'
import { messageSites } from '../support/messages.ts'
import { GOOD, HANDED_ON, NO_END, WITHIN } from './endings.ts'

const HELPS = [DEPLOY, WAIT, UPDATE]

/** By heading, the heaviest of its forms that the words have: two that are equal would be a matter of luck. */
function weights(words: string, headings: Headings): ReadonlyMap<string, number> {
  const all = Object.entries(headings).map(([heading, others]) => {
    const fitting = [heading, ...others].filter((form) => says(words, form))
    return [heading, Math.max(0, ...fitting.map(weightOf))] as const
  })
  return new Map(all.filter(([, weight]) => weight > 0))
}

/** The only heading with the most of the words; several if it is undecided. */
function bestOf(words: string, headings: Headings): readonly string[] {
  const fitting = weights(words, headings)
  const most = Math.max(...fitting.values())
  return [...fitting].filter(([, weight]) => weight === most).map(([heading]) => heading)
}

/** More than what is filled in. */
const hasWords = (form: string): boolean => /\p{L}/u.test(form)

interface Section {
  readonly heading: string
  readonly text: string
}

function sectionsIn(action: string): readonly Section[] {
  const readme = readFileSync(join(root, 'actions', action, 'README.md'), 'utf8')
  const [, fails = ''] = readme.split(/^## When it fails$/m)
  return fails
    .split(/^### /m)
    .slice(1)
    .map((part) => {
      const [heading = '', ...lines] = part.split('\n')
      return { heading, text: lines.join('\n') }
    })
}

test('every action explains its failures', () => {
  expect(HELPS.map(({ action }) => action)).toEqual(actionNames())
})

describe.each(HELPS)('$action', ({ action, headings }) => {
  const sections = sectionsIn(action)
  const all = messageSites(action)
    .filter(({ file }) => NO_END[action]?.includes(file) === false)
    .map((site) => ({ ...site, words: WITHIN[action]?.get(site.file)?.(site.form) ?? site.form }))
  const sites = all.filter(({ form, words }) => hasWords(words) && GOOD[action]?.includes(form) === false)

  test('its README has these headings, and no others', () => {
    expect(sections.map(({ heading }) => heading).toSorted()).toEqual(Object.keys(headings).toSorted())
  })

  test('each has an address of its own, words below it, and the other words that lead to it', () => {
    const anchors = sections.map(({ heading }) => anchorOf(heading))
    expect(new Set(anchors).size).toBe(anchors.length)
    for (const { heading, text } of sections) {
      expect(text.trim().length).toBeGreaterThan(20)
      for (const form of headings[heading] ?? [])
        expect(text.replaceAll(/\s+/g, ' ')).toContain(form.replaceAll(/\s+/g, ' '))
    }
  })

  test('every message in its sources leads to one heading', () => {
    expect(sites.length).toBeGreaterThan(30)
    const lost = sites.filter(({ words }) => bestOf(words, headings).length !== 1)
    expect(lost.map((site) => ({ ...site, headings: bestOf(site.words, headings) }))).toEqual([])
  })

  test('every heading, and every other form of it, is said somewhere in its sources', () => {
    const unsaid = Object.entries(headings)
      .filter(([heading]) => !(heading in HOST_HEADINGS))
      .flatMap(([heading, others]) =>
        [heading, ...others].filter(
          (form) =>
            !sites.some(({ words }) => says(words, form) && bestOf(words, headings).includes(heading)),
        ),
      )
    expect(unsaid).toEqual([])
  })

  test('good ends lead nowhere, and whoever hands on the words of others is known', () => {
    const forms = all.map(({ form }) => form)
    for (const form of GOOD[action] ?? []) {
      expect(forms).toContain(form)
      expect([...weights(form, headings).keys()]).toEqual([])
    }
    const files = all.filter(({ words }) => !hasWords(words)).map(({ file }) => file)
    expect([...new Set(files)].toSorted()).toEqual(HANDED_ON[action])
  })
})

test('what the host says stands in its own sources', () => {
  const folder = join(root, 'nix', 'vps-deploy', 'vps_deploy')
  const files = readdirSync(folder).filter((name) => name.endsWith('.py'))
  const lines = files.flatMap((name) =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .map((line) => line.replaceAll(/\{[^}]*\}/g, '…')),
  )
  for (const heading of Object.keys(HOST_HEADINGS))
    expect(lines.filter((line) => says(line, heading))).not.toEqual([])
})
