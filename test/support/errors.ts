import { documentationUrl } from '../../actions/shared/project.ts'
import type { ActionRun } from './run-action.ts'

const COMMAND = '::error::'
const [README = ''] = documentationUrl('actions/NAME/README.md', 'When it fails').split('NAME')

/** What a red step says it is red for: lines of the log, unescaped, without the link to the explanation, which each must have. */
export function errorsOf({ stdout }: ActionRun): readonly string[] {
  const lines = stdout.split('\n').filter((line) => line.startsWith(COMMAND))
  return lines.map((line) => {
    const message = line.slice(COMMAND.length).replaceAll('%0A', '\n').replaceAll('%25', '%')
    const [words = '', link = '', ...more] = message.split(`\nSee ${README}`)
    if (link === '' || link.includes('\n') || more.length > 0)
      throw new Error(`no link to an explanation ends this: ${message}`)
    return words
  })
}
