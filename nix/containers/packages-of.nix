# The packages of a flake, made from the package set that is here already. Such a flake takes its own instance of nixpkgs,
# the same one a second time, and that alone costs 0.15 GB of every evaluation. The recipes stay those of the flake.
flake: pkgs:
let
  inherit (pkgs.stdenv.hostPlatform) system;
  inputs = flake.inputs // {
    self = flake // {
      inherit inputs;
    };
    nixpkgs = flake.inputs.nixpkgs // {
      legacyPackages.${system} = pkgs;
    };
  };
in
((import (flake + "/flake.nix")).outputs inputs).packages.${system}
