# The packages of a flake, made from the package set that is here already. A flake takes an instance of nixpkgs of its
# own, the same one a second time: 0.17 GB of the reference server's evaluation. The recipes stay those of the flake.
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
