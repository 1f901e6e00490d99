import { COMMON_HEADINGS, type Help } from '../shared/help.ts'

const CHECKOUT = {
  'The checkout has no …': [],
  'The checkout has a … and no …: there is nothing to update.': [],
  '… is no lock of a flake: …': [
    '… is empty.',
    '… is no JSON: …',
    "… has no node '…', which should be its root.",
    '… has conflict markers of git in it: …',
    '… nests inputs more than … levels deep.',
  ],
  '… is of version …, and nix-vps reads … to …': [],
  '… cannot be read: …': [
    '… is no regular file.',
    '… is a symbolic link, and those are not followed.',
    '… is not below the root of the repository.',
    '… has … bytes, and at most … are read.',
    '… is not UTF-8.',
    'No folder can be made in …',
  ],
  '… flakes cannot be updated:': [],
  "'inputs' and 'exclude' leave no input to update.": [
    'None of the flakes has an input that could be updated.',
  ],
  "… is another file in the checkout than on branch '…'": [
    "… is in the checkout, and not on branch '…'",
    "… on branch '…', not a directory.",
    "… on branch '…' (…): only a regular file can be updated.",
  ],
  "… has other line ends in the checkout than on branch '…'": [],
}

const NIX = {
  "…, and 'install-nix' is 'never'.": [],
  'Nix could not be installed: …': [],
  'There is no Nix that could be installed on …': [
    'No release of Nix is pinned for …',
    'RUNNER_TOOL_CACHE is not set: …',
  ],
  '… is no release of Nix for Linux: …': ['The Nix that was installed is of no use: …'],
  '… cannot be locked, whatever is updated: …': [],
  'nix does not start, or cannot tell how it is configured: …': ['… could not be started: …'],
  "The token for … has a blank or a '#' in it, …": [],
  '… could not be updated; …': [],
}

const GITHUB = {
  'GitHub could not be asked: …': [
    'Could not …. …',
    'GitHub has answered all that this token may ask within the hour: …',
    'GitHub is asked too much at once: …',
  ],
  "GitHub's answer about … names no commit.": [
    "GitHub's answer about the repository has no name or no default branch.",
    "GitHub does not say whose 'token' is.",
    'GitHub says of the new pull request nothing that can be read.',
  ],
  'GitHub refused to … (…): GitHub Actions may not create pull requests here.': [],
  "GitHub refused to … (…): 'token' lacks '…'": [
    "GitHub refused to … (…): there is no such thing, or not for this token, which needs '…'.",
  ],
  "GitHub refused to … (…): it does not know 'token'.": [],
  'GitHub refused to … (…): a rule of the repository forbids it.': [],
  'GitHub refused to … (…): the organization demands single sign-on of this token.': [],
  'GitHub refused to … (…): the commit has other workflow files than the branch had before.': [],
  'GitHub refused to … (…): there is no such label yet, and the token may not make it.': [],
  'GitHub refused to … (…): the repository has no drafts.': [],
  '… is archived: nothing can be proposed to it.': [
    'GitHub refused to … (…): the repository is archived, and can only be read.',
  ],
  'GitHub refused to … (…)': [],
  "… has no branch '…' to propose an update to.": [],
  "'branch' is '…', the branch that is proposed to.": [],
  "'team-reviewers' is …: GITHUB_TOKEN cannot see the teams of an organization.": [],
  "'auto-merge' is '…', and the repository …": [],
  'Not everything was done: …': [],
  'Pull request … does not get auto-merge: …': [],
  'GitHub did not assign … to pull request …': [],
  "There is a branch '…', and git has no room for '…' beside it: rename or delete it, …": [],
  'Pull request … was closed while this run was updating it.': [
    "Branch '…' is not deleted: somebody pushed to it.",
    "There is a branch '…' already, a name that was drawn by lot.",
  ],
  'The run was canceled.': [],
}

/** The headings of README.md below "When it fails". */
export const HELP: Help = {
  action: 'update-flake-pr',
  headings: { ...COMMON_HEADINGS, ...CHECKOUT, ...NIX, ...GITHUB },
}
