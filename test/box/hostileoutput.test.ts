// What a host shows comes from everywhere: nothing of it is obeyed, rendered as markup, or a secret that was not meant for us.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { marked } from 'marked'
import { obeyed } from '../support/obeyed.ts'
import type { ActionRun } from '../support/run-action.ts'
import { bootBox, service } from './box.ts'
import type { Box } from './box.ts'
import { deploy, idle, mustDeploy, tearDown } from './deploying.ts'

jest.setTimeout(180_000)

let box: Box

beforeAll(async () => {
  box = await bootBox()
  await mustDeploy(box, { units: { 'idle.service': idle } })
}, 300_000)

afterAll(() => tearDown(box))

const commands = [
  '::set-output name=status::evil',
  '::add-mask::evil',
  '::error file=evil::evil',
  '  ::warning::evil',
  '::stop-commands::evil',
  '::evil::',
  '::group::evil',
  '::endgroup::',
  '::save-state name=evil::evil',
  '##[error]evil',
  'text ##[group]evil',
  'text\r::notice::evil',
  '\u0085::debug::evil',
  '\u001b[31m::error::evil',
]
const markup = [
  '<img src=https://evil.example/x.png>',
  '![x](https://evil.example/x.png)',
  '[x](https://evil.example)',
  '</details></td></tr></table><script>evil()</script>',
  '```',
  '| evil | evil |',
  '# evil',
  '@evil #1',
]
const everything = [...commands, ...markup].join('\n')
/** Shell that prints all of it. */
const say = `printf %s ${Buffer.from(`${everything}\n`).toString('base64')} | base64 -d`
const secrets = ['swordfish-1', 'swordfish-2', 'swordfish-3', 'swordfish-4', 'swordfish-5']

test('a deploy that fails in every way shows no secret and obeys nothing', async () => {
  const [one = '', two = '', three = '', four = '', five = ''] = secrets
  const broken = service(
    `${say}; ${say} >&2; echo ${one}; printf "first\\n${two}\\nlast\\n"; exit 3`,
  ).replace('[Service]', `[Unit]\nDescription=::error::evil <img src=x> ${three}\n[Service]`)
  const run = await deploy(box, {
    rev: await box.commit(
      {
        units: { 'idle.service': idle, 'broken.service': broken, 'a\\x3a\\x3aerror.service': broken },
        build: say,
        activation: `${say}; echo ${four}; echo "starting the following units ${five}"`,
      },
      { message: everything },
    ),
  })
  expect(run.outputs['status']).toBe('rolled-back')
  expect(run.log).toContain('evil')
  expect(JSON.parse(run.outputs['failed-units'] ?? '')).toContain('broken.service')
  const events = await box.must(
    `runuser -u deploy -- sh -c 'cat /var/lib/vps-deploy/deploys/${run.outputs['deploy-id'] ?? ''}/* 2>/dev/null; true'`,
  )
  const shown = run.log + run.summary + JSON.stringify(run.outputs) + events
  expect(secrets.filter((secret) => shown.includes(secret))).toEqual([])
  nothingObeyed(run)
  nothingRendered(run)
})

test('words of a health check and of an evaluation become part of a sentence, and no more', async () => {
  const command = [
    'sh',
    '-c',
    `${say}; printf "::error::evil ![x](https://evil.example) <img src=x>"; exit 1`,
  ]
  const healthChecks = [{ name: '::error::evil <img src=x> | # `', command, timeoutSeconds: 1 }]
  const checked = await deploy(box, {
    rev: await box.commit({ units: { 'idle.service': idle }, config: { healthChecks } }),
  })
  expect(checked.outputs['status']).toBe('rolled-back')
  nothingObeyed(checked)
  nothingRendered(checked)
  const text = JSON.stringify(everything).replaceAll('${', '\\${')
  const flake = `{ outputs = { self }: { nixosConfigurations.vps-arm = throw ${text}; }; }\n`
  const thrown = await deploy(box, { rev: await box.commit({ flake }) })
  expect(thrown.outputs['status']).toBe('failed')
  nothingObeyed(thrown)
  nothingRendered(thrown)
})

/** The commands a runner obeys in the log are our own. */
function nothingObeyed({ log }: ActionRun): void {
  const foreign = obeyed(log).filter(
    ({ name, line }) =>
      !['add-mask', 'group', 'endgroup', 'error', 'warning', 'notice', 'debug'].includes(name) ||
      /^::(?:add-mask|group|warning|notice|debug)\b.*evil/.test(line) ||
      /^##|^::error (?:(?!::).)*evil|^::error::evil/.test(line),
  )
  expect(foreign).toEqual([])
}

const FOLD = ['<details>', '<summary>', '</summary>', '</details>']

/** The summary, as GitHub renders it, has none of the elements somebody tried to bring in. */
function nothingRendered({ summary }: ActionRun): void {
  const html = marked.parse(summary, { gfm: true, async: false })
  const elements =
    html.match(/<(?:img|script|a|details|summary)\b[^>]*>|<\/(?:details|script|summary)>/g) ?? []
  const [help, ...links] = elements.filter((element) => element.startsWith('<a '))
  expect(help).toMatch(/^<a href="https:\/\/github\.com\/[\w/.-]+\/README\.md#[\w-]+">$/)
  expect(links).toEqual([])
  // The log and the figures are folded, one after the other.
  const folds = elements.filter((element) => !element.startsWith('<a '))
  expect(folds).toEqual(Array.from({ length: folds.length / 4 }, () => FOLD).flat())
  expect(folds.length).toBeLessThanOrEqual(2 * FOLD.length)
  // In a block of code nobody is mentioned and no issue is linked to.
  expect(html.replaceAll(/<pre>[^]*?<\/pre>/g, '')).not.toMatch(/<h[1-6][^>]*>evil|<td>evil|@evil|#1\b/)
}
