// `npm run try -- garnix-wait configurations=web caches=https://cache.nixos.org` runs an action from its sources, with the
// defaults of its action.yml: no build, no push. With nothing but the name it says what the action takes.
//   name=value   an input; `name=@file` takes it from a file, as for a key
// An input may also stand in the environment, as the runner gives it: INPUT_SSH-KEY. Outputs and summary are shown at the end.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { actionNames, evaluated, manifestOf } from '../test/support/manifest.ts'
import { giveUp, root, run } from './toolchain.js'

const [action = '', ...given] = process.argv.slice(2)
if (!actionNames().includes(action))
  giveUp(`There is no action '${action}': npm run try -- ${actionNames().join('|')} [INPUT=VALUE …]`)
const { inputs } = manifestOf(action)
const github = {
  event_name: 'workflow_dispatch',
  sha: git('rev-parse', 'HEAD'),
  token: process.env['GH_TOKEN'] ?? process.env['GITHUB_TOKEN'] ?? '',
  event: {},
}
const values = new Map(given.map(inputOf))
const variableOf = (/** @type {string} */ name) => `INPUT_${name.toUpperCase()}`
if (values.size === 0 && !Object.keys(inputs).some((name) => variableOf(name) in process.env)) giveUp(usage())

const folder = mkdtempSync(join(tmpdir(), 'nix-vps-try-'))
const files = { GITHUB_OUTPUT: join(folder, 'outputs'), GITHUB_STEP_SUMMARY: join(folder, 'summary.md') }
for (const file of Object.values(files)) writeFileSync(file, '')
const { code } = await run([process.execPath, '--disable-warning=ExperimentalWarning', mainOf(action)], {
  env: { ...surroundings(), ...process.env, ...inputVariables(), ...files },
})
for (const [title, file] of Object.entries({
  Outputs: files.GITHUB_OUTPUT,
  Summary: files.GITHUB_STEP_SUMMARY,
}))
  console.log(`\n## ${title}\n${readFileSync(file, 'utf8').trim() || 'none'}`)
rmSync(folder, { recursive: true })
process.exitCode = code

/** @param {string} name */
function mainOf(name) {
  return join(root, 'actions', name, 'main.ts')
}

/**
 * @param {string} argument
 * @returns {[string, string]}
 */
function inputOf(argument) {
  const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(argument) ?? []
  if (!(name in inputs))
    giveUp(`'${argument}' is no input of ${action}, which are INPUT=VALUE.\n\n${usage()}`)
  const file = value.startsWith('@') ? value.slice(1) : undefined
  if (file === undefined) return [name, value]
  if (!existsSync(file)) giveUp(`'${name}' is to come from ${file}, and there is no such file.`)
  return [name, readFileSync(file, 'utf8')]
}

function usage() {
  const lines = Object.entries(inputs).map(([name, { description, required, default: fallback = '' }]) => {
    // Not the token itself, which is in the environment.
    const own = fallback.includes('github.token') ? 'GH_TOKEN' : evaluated(fallback, github)
    const note = required === true ? ' (required)' : own === '' ? '' : ` (default: ${own})`
    return `  ${name}${note}\n      ${description}`
  })
  return [`npm run try -- ${action} INPUT=VALUE …, with INPUT one of`, ...lines].join('\n')
}

/** What the runner says of the repository: this one, unless the environment names another. */
function surroundings() {
  const remote = /github\.com[/:]([^/\s]+\/[^/\s]+?)(?:\.git)?\s*$/.exec(
    git('remote', 'get-url', 'origin'),
  )?.[1]
  return {
    GITHUB_API_URL: 'https://api.github.com',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_EVENT_NAME: github.event_name,
    GITHUB_REPOSITORY: remote ?? '',
    GITHUB_SHA: github.sha,
    GITHUB_WORKSPACE: root,
    GITHUB_RUN_ID: String(Date.now()),
    GITHUB_RUN_ATTEMPT: '1',
  }
}

function inputVariables() {
  /** @type {Record<string, string>} */
  const variables = {}
  for (const [name, { default: fallback = '' }] of Object.entries(inputs)) {
    const variable = variableOf(name)
    variables[variable] = values.get(name) ?? process.env[variable] ?? evaluated(fallback, github)
  }
  return variables
}

/** @param {string[]} args */
function git(...args) {
  try {
    return execFileSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return ''
  }
}
