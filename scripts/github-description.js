// Cuts test/support/github/openapi.json out of GitHub's own description of its REST API: the operations that the fake
// GitHub of the tests knows, with everything they refer to. `npm pack @octokit/openapi` in some empty directory, unpack
// it, and give the path of its `package`: the whole of it is too large to be a dependency. Then format what it has written.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './toolchain.js'

const OPERATIONS = [
  'actions/create-workflow-dispatch',
  'actions/get-workflow-run',
  'actions/list-workflow-runs',
  'checks/list-for-ref',
  'git/create-blob',
  'git/create-commit',
  'git/create-ref',
  'git/create-tree',
  'git/delete-ref',
  'git/get-blob',
  'git/get-commit',
  'git/get-ref',
  'git/get-tree',
  'git/list-matching-refs',
  'git/update-ref',
  'issues/add-assignees',
  'issues/add-labels',
  'issues/create-comment',
  'issues/get',
  'issues/list-comments',
  'issues/update-comment',
  'pulls/create',
  'pulls/get',
  'pulls/list',
  'pulls/list-commits',
  'pulls/list-files',
  'pulls/request-reviewers',
  'pulls/update',
  'repos/compare-commits-with-basehead',
  'repos/get',
  'repos/get-branch',
  'repos/get-branch-rules',
  'repos/get-combined-status-for-ref',
  'repos/get-commit',
  'repos/get-content',
  'repos/list-activities',
  'repos/list-commits',
  'repos/list-deployment-statuses',
  'repos/list-deployments',
  'repos/list-pull-requests-associated-with-commit',
  'users/get-authenticated',
  'users/get-by-username',
]
/** What only people read. */
const WORDS = ['description', 'example', 'examples', 'externalDocs', 'summary', 'tags', 'title', 'x-github']

/** @typedef {{ [key: string]: unknown }} Json */
/** @typedef {Record<string, Record<string, Json>>} Paths */
/** @typedef {Record<string, Record<string, unknown>>} Components */

const source = process.argv[2] ?? ''
/** @type {(file: string) => unknown} */
const read = (file) => JSON.parse(readFileSync(join(source, file), 'utf8'))
const { version } = /** @type {{ version: string }} */ (read('package.json'))
const whole = /** @type {{ paths: Paths, components: Components }} */ (read('generated/api.github.com.json'))

/** @type {Paths} */
const paths = {}
for (const [path, methods] of Object.entries(whole.paths))
  for (const [method, operation] of Object.entries(methods))
    if (OPERATIONS.includes(String(operation['operationId'])))
      (paths[path] ??= {})[method] = /** @type {Json} */ (bare(strict(operation)))

/** @type {Components} */
const components = {}
gather(paths)
// GitHub sets it after 14 days, as its documentation says; the description forgets it.
const conclusion = /** @type {{ properties: { conclusion: { enum: string[] } } }} */ (
  components['schemas']?.['check-run']
)
conclusion.properties.conclusion.enum.push('stale')
// What an environment's rules hold back waits; the description forgets that as well, GraphQL's does not.
const deployment = /** @type {{ properties: { state: { enum: string[] } } }} */ (
  components['schemas']?.['deployment-status']
)
deployment.properties.state.enum.push('waiting')
// The number of a workflow is a text as well where it is part of an address.
const workflow = /** @type {{ schema: Json }} */ (components['parameters']?.['workflow-id'])
workflow.schema = { anyOf: workflow.schema['oneOf'] }

const slice = {
  openapi: '3.0.3',
  info: { title: `GitHub's REST API, cut out of @octokit/openapi ${version} (MIT)`, version },
  paths,
  components,
}
writeFileSync(join(root, 'test/support/github/openapi.json'), JSON.stringify(slice))

/**
 * GitHub takes no notice of a property it does not know; here it is a mistake.
 * @param {Json} operation
 */
function strict(operation) {
  const body = /** @type {{ content?: Record<string, { schema?: Json }> } | undefined} */ (
    operation['requestBody']
  )
  const schema = body?.content?.['application/json']?.schema
  if (schema?.['type'] === 'object') schema['additionalProperties'] = false
  return operation
}

/**
 * @param {unknown} value
 * @param {boolean} isMap its keys are names, none of them a word of the description
 * @returns {unknown}
 */
function bare(value, isMap = false) {
  if (Array.isArray(value)) return value.map((item) => bare(item))
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([key]) => isMap || !WORDS.includes(key))
  const copy = Object.fromEntries(
    kept.map(([key, item]) => [key, bare(item, key === 'properties' && !isMap)]),
  )
  if (copy['nullable'] === true) nameNull(copy)
  return copy
}

/**
 * Enumerations and choices have to name null as well, says JSON Schema; GitHub's say it beside them.
 * @param {Json} schema
 */
function nameNull(schema) {
  if (Array.isArray(schema['enum'])) schema['enum'].push(null)
  const choice = schema['oneOf'] ?? schema['anyOf']
  if (schema['type'] !== undefined || !Array.isArray(choice)) return
  delete schema['nullable']
  choice.push({ type: 'object', nullable: true, enum: [null] })
}

/**
 * Adds whatever a piece of the description refers to.
 * @param {unknown} value
 */
function gather(value) {
  const [, kind, name] = /^#\/components\/(\w+)\/(.+)$/.exec(String(value)) ?? []
  if (kind !== undefined && name !== undefined) gatherComponent(kind, name)
  else if (typeof value === 'object' && value !== null) Object.values(value).forEach(gather)
}

/**
 * @param {string} kind
 * @param {string} name
 */
function gatherComponent(kind, name) {
  const known = (components[kind] ??= {})
  if (known[name] !== undefined) return
  known[name] = bare(whole.components[kind]?.[name])
  gather(known[name])
}
