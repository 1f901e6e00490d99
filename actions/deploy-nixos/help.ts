import { COMMON_HEADINGS, type Help } from '../shared/help.ts'

/** What the host itself says, from nix/vps-deploy. */
export const HOST_HEADINGS = {
  'Commit … is not on branch …': [],
  'Rewind: commit … is older than that of …': [],
  'Hotfix: … is on another line of …': [],
  'Rewritten history: the commit of … is no longer on branch …': [],
  'And the rollback failed: …': [],
} as const

/** The headings of README.md below "When it fails". */
export const HELP: Help = {
  action: 'deploy-nixos',
  headings: {
    ...COMMON_HEADINGS,
    ...HOST_HEADINGS,
    'The host key of … is …, not the pinned …': [],
    '… shows a revoked host key: …': [],
    '… has no host key of a pinned type.': [],
    '… could not prove that it holds its host key.': [],
    "… refused the key for user '…'.": [],
    'The private key for … cannot be used: …': [],
    '… and this client have nothing in common: …': [],
    '… did not answer within …': ['… did not answer.', '… broke the connection.', '… cannot be reached'],
    '… refused the connection.': [],
    '… has no address: …': [],
    '… ended the connection …': [],
    'The jump host cannot reach …': [],
    "The host did not answer 'hello': …": [
      "The host answered 'hello' with '…', which is not vps-deploy's answer.",
    ],
    'The host speaks protocol … of vps-deploy, this action speaks …': [],
    "The host cannot deploy with mode '…': it offers …": [],
    '… was refused.': [],
    '… failed to deploy.': [],
    '… was stopped before its activation.': [
      '… was given up before its trial boot.',
      'Canceled before anything was asked of the host.',
    ],
    '… was rolled back.': [],
    'The rollback on … was refused.': [],
    'The rollback on … was undone.': [],
    'The rollback on … failed.': [],
    '… answered …, expected …': [
      '… is the last of more than … redirects.',
      '… is neither http:// nor https://.',
    ],
    'The new system does not let the runner in: …': [],
    'The host refused the confirmation: …': [
      'The host could not be told in time whether the new system is healthy.',
    ],
    "… ended as '…', which does not count as a good end.": [],
    "The host's result contradicts itself: …": [
      'The host answered for another deploy: …',
      "The host says that it tries '…' at the next boot, in '…', which is no deploy.",
    ],
    'The host no longer knows deploy …': ['The host does not know …, the trial boot of …'],
    '… was superseded by deploy …': ['… was superseded, but the host did not say by what.'],
    '… is committed, but not booted.': [],
    'The trial boot of … was not good: …': ['The trial boot of … failed.'],
    'The trial boot of … was not confirmed: …': [],
    'The trial boot of … did not come up: …': [],
    '… was not tried: the host did not take the request to reboot (…).': [],
    "The 'timeout' is over, and …": [],
    'The run was canceled, and …': [],
    'The forced command on … ended with exit code …': ['The forced command on … was killed by …'],
    'The forced command on … may run on: the connection was lost …': [],
  },
}
