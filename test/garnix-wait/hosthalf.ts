/** The host half's own code, asked from here. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const HOST_HALF = fileURLToPath(new URL('../../nix/vps-deploy', import.meta.url))

/** What a Python expression over `value` (and what `vps_deploy.closure` exports) gives. */
export function askHostHalf(expression: string, value: unknown): unknown {
  const program = `import json, sys\nfrom vps_deploy import closure\nvalue = json.load(sys.stdin)\nprint(json.dumps(${expression}))`
  const answer = execFileSync('python3', ['-c', program], {
    input: JSON.stringify(value),
    env: { ...process.env, PYTHONPATH: HOST_HALF, PYTHONDONTWRITEBYTECODE: '1' },
    encoding: 'utf8',
  })
  return JSON.parse(answer)
}
