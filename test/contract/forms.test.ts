/** Issue forms and Dependabot's settings, as GitHub's documentation describes them: it says nothing where they are wrong. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { actionNames, root } from '../support/manifest.ts'

interface Field {
  readonly type: string
  readonly id?: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly validations?: Readonly<Record<string, unknown>>
}

interface Form {
  readonly name: string
  readonly description: string
  readonly labels: readonly string[]
  readonly body: readonly Field[]
}

const FOLDER = '.github/ISSUE_TEMPLATE'
const read = (path: string): unknown => parse(readFileSync(join(root, path), 'utf8'))
const formFiles = readdirSync(join(root, FOLDER)).filter((name) => name !== 'config.yml')

/** https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-githubs-form-schema */
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  markdown: ['value'],
  input: ['label', 'description', 'placeholder', 'value'],
  textarea: ['label', 'description', 'placeholder', 'value', 'render'],
  dropdown: ['label', 'description', 'multiple', 'options', 'default'],
  checkboxes: ['label', 'description', 'options'],
}

describe.each(formFiles)('the form %s', (file) => {
  const form = read(`${FOLDER}/${file}`) as Form
  const asked = form.body.filter(({ type }) => type !== 'markdown')

  test('has what GitHub asks of a form, and no key that it does not know', () => {
    expect(Object.keys(form).sort()).toEqual(['body', 'description', 'labels', 'name'])
    for (const text of [form.name, form.description]) expect(text).toMatch(/.{3,}/)
    expect(asked.length).toBeGreaterThan(0)
  })

  test.each(form.body)('$type $id is one that GitHub knows', ({ type, id, attributes, validations }) => {
    expect(ATTRIBUTES[type]).toEqual(expect.arrayContaining(Object.keys(attributes)))
    const isWords = type === 'markdown'
    expect(typeof attributes[isWords ? 'value' : 'label']).toBe('string')
    expect(isWords || /^[a-zA-Z0-9_-]+$/.test(id ?? '')).toBe(true)
    expect(['required']).toEqual(expect.arrayContaining(Object.keys(isWords ? {} : (validations ?? {}))))
    expect(Object.values(validations ?? {}).every((value) => typeof value === 'boolean')).toBe(true)
  })

  test('asks each thing once', () => {
    for (const values of [asked.map(({ id }) => id), asked.map(({ attributes }) => attributes['label'])])
      expect(new Set(values).size).toBe(asked.length)
    const choices = asked.flatMap(({ attributes }) => (attributes['options'] ?? []) as readonly string[])
    expect(new Set(choices).size).toBe(choices.length)
    expect(choices.filter((choice) => typeof choice !== 'string' || choice === 'None')).toEqual([])
  })
})

test('a bug is one of the actions, of the host or of the rest, with version, log and status', () => {
  const { body } = read(`${FOLDER}/bug.yml`) as Form
  const fields = new Map(body.map((field) => [field.id, field]))
  expect(fields.get('part')?.attributes['options']).toEqual(expect.arrayContaining([...actionNames()]))
  const required = [...fields].filter(([, { validations }]) => validations?.['required'] === true)
  expect(required.map(([id]) => id)).toEqual(['part', 'version', 'happened', 'log'])
  expect([...fields.keys()]).toContain('status')
})

test('beside the forms GitHub shows where holes are reported, and where symptoms stand', () => {
  const config = read(`${FOLDER}/config.yml`) as {
    contact_links: readonly Readonly<Record<string, string>>[]
  }
  expect(Object.keys(config).sort()).toEqual(['blank_issues_enabled', 'contact_links'])
  for (const link of config.contact_links) expect(Object.keys(link).sort()).toEqual(['about', 'name', 'url'])
  const [hole, symptoms] = config.contact_links.map(({ url = '' }) => url)
  expect(hole).toMatch(/\/security\/advisories\/new$/)
  expect(symptoms).toMatch(/\/docs\/troubleshooting\.md$/)
})

describe('Dependabot', () => {
  const { version, updates } = read('.github/dependabot.yml') as {
    version: number
    updates: readonly Readonly<Record<string, unknown>>[]
  }
  /** https://docs.github.com/en/code-security/dependabot/working-with-dependabot/dependabot-options-reference */
  const KEYS = ['package-ecosystem', 'directory', 'directories', 'schedule', 'cooldown', 'groups', 'ignore']

  test('looks at packages and actions, at nothing of Nix', () => {
    expect(version).toBe(2)
    expect(updates.map((update) => update['package-ecosystem'])).toEqual(['npm', 'github-actions'])
  })

  test.each(updates)(
    '$package-ecosystem is looked at weekly, in groups, and not on the day it comes out',
    (update) => {
      expect(KEYS).toEqual(expect.arrayContaining(Object.keys(update)))
      expect(update).toMatchObject({ schedule: { interval: 'weekly' }, cooldown: { 'default-days': 7 } })
      for (const group of Object.values(update['groups'] as object))
        expect(['patterns', 'dependency-type']).toEqual(expect.arrayContaining(Object.keys(group as object)))
    },
  )

  test('knows every folder with workflows, also those that somebody copies', () => {
    const { directories } = updates[1] as { directories: readonly string[] }
    const found = ['.github/workflows', 'nix/templates/server/.github/workflows']
    expect(found.every((folder) => existsSync(join(root, folder)))).toBe(true)
    // `/` stands for `.github/workflows`; elsewhere the folder is named whole.
    expect(directories).toEqual(['/', `/${found[1] ?? ''}`])
  })
})
