// Finds or makes the Nix of the tests; where that cannot be, says which of them do not run, and ends with 3.
import { notRun } from './notrun.ts'
import { nixProgram } from './program.ts'
import { sources, textOf } from './sources.ts'

const titles = /^ *test(?:\.each\(.*\))?\(\s*'((?:[^'\\]|\\.)+)'/gm

try {
  const { version } = await nixProgram()
  console.log(`Nix ${version}`)
} catch (error) {
  const why = `no Nix: ${error instanceof Error ? error.message : String(error)}`
  const files = sources('test/nix/withnix').filter((path) => path.endsWith('.test.ts'))
  for (const path of files)
    notRun(
      why,
      [...textOf(path).matchAll(titles)].map(([, title]) => title ?? ''),
      path,
    )
  const topics = sources('nix/tests/eval').filter((path) => !/(?:default|frame|topics)\.nix$/.test(path))
  notRun(why, [...topics, 'rendered files', 'heap', 'nix flake check'], 'the evaluation')
  process.exitCode = 3
}
