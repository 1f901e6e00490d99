# `nix run .#secrets-init`: the same script, with the programs it calls.
{
  writeShellApplication,
  coreutils,
  diffutils,
  findutils,
  gawk,
  git,
  gnugrep,
  gnused,
  openssh,
  ssh-to-age,
}:
writeShellApplication {
  name = "secrets-init";
  runtimeInputs = [
    coreutils
    diffutils
    findutils
    gawk
    git
    gnugrep
    gnused
    openssh
    ssh-to-age
  ];
  text = builtins.readFile ./secrets-init;
}
