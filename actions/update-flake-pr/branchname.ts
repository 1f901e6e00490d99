const FORBIDDEN = [
  // https://git-scm.com/docs/git-check-ref-format
  /[ ~^:?*[\\]|\p{Cc}/u,
  /\.\.|@\{|\/\/|\.lock(?:\/|$)/,
  /^[/.-]|\/\.|[/.]$/,
  /^@$|^refs\/|^HEAD$/,
  // More than any forge takes.
  /.{245}/s,
]

/** Whether git and GitHub take it for the name of a branch, written without `refs/heads/`. */
export function isBranchName(text: string): boolean {
  return text !== '' && !FORBIDDEN.some((pattern) => pattern.test(text))
}
