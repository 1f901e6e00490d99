/** Owner and name on GitHub. Every other mention of them is held to this one by test/contract/project.test.ts. */
export const REPOSITORY = 'toxx1220/nix-vps'

/** The tag that moves with each release of this major version. */
export const MAJOR = 'v1'

/**
 * The address of a heading in a document of this repository, as it is in the release that people use.
 * @param path from the root of the repository
 * @param heading its text, without `#`
 */
export function documentationUrl(path: string, heading: string): string {
  return `https://github.com/${REPOSITORY}/blob/${MAJOR}/${path}#${anchorOf(heading)}`
}

/** Headings as GitHub makes anchors of them: lower case, no punctuation, a hyphen for each space. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}
