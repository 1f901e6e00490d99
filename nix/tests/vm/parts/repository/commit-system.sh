# shellcheck shell=bash
# commit-system SYSTEM: makes SYSTEM, a store path, what the tip of the repository configures, and prints the commit.
export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test@example.org
export GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test@example.org
repository=/srv/server
if [ ! -d "$repository/.git" ]; then
  git init --quiet --initial-branch=main "$repository"
fi
cd "$repository" || exit
install -m 0644 "$TEMPLATE/flake.nix" "$TEMPLATE/build.sh" .
printf '{ "platform": "%s", "system": "%s" }\n' "$PLATFORM" "$1" >system.json
git add --all
git commit --quiet --allow-empty --message "$1"
git rev-parse HEAD
