# The checks of the flake. The names are known without nixpkgs: CI is told by name what to build.
{
  self,
  inputs,
  pkgs,
}:
{
  evaluation = import ./eval { inherit self inputs pkgs; };
  template = import ./template.nix { inherit self inputs pkgs; };
}
