import * as core from '@actions/core'
import { act } from './act.ts'

await act({
  log: {
    debug: core.debug,
    info: core.info,
    notice: core.notice,
    warning: core.warning,
    error: core.error,
    group: core.startGroup,
    endGroup: core.endGroup,
    mask: core.setSecret,
  },
  readInput: core.getInput,
  outputs: { set: core.setOutput },
  summary: {
    write: async (markdown) => {
      await core.summary.addRaw(markdown).write()
    },
  },
})
