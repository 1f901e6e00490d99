# What it takes to work on this repository: `nix develop ./nix`.
{ pkgs }:
pkgs.mkShellNoCC {
  packages = [
    pkgs.nodejs_24
    pkgs.python3
    # What the tests start: a repository, a server to log in to, keys.
    pkgs.git
    pkgs.openssh
    pkgs.openssl
    pkgs.jq
    pkgs.nixfmt
    pkgs.shellcheck
    pkgs.actionlint
    pkgs.sops
    pkgs.ssh-to-age
  ];
}
