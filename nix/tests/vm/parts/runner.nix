# What GitHub's runner is to the server: Node 24 and the action's bundle, a private key, nothing else.
{ lib, pkgs, ... }:
let
  inherit (import (pkgs.path + "/nixos/tests/ssh-keys.nix") pkgs) snakeOilEd25519PrivateKey;
  root = ../../../..;
  # The actions lie beside this flake: they are there wherever it comes from this repository (`…?dir=nix`).
  action =
    if builtins.pathExists (root + "/dist/deploy-nixos/index.js") then
      lib.fileset.toSource {
        inherit root;
        fileset = lib.fileset.unions [
          (root + "/dist/package.json")
          (root + "/dist/deploy-nixos/index.js")
          (root + "/actions/deploy-nixos/action.yml")
        ];
      }
    else
      pkgs.runCommand "deploy-nixos" { } ''
        echo "This test runs the action that lies beside nix/: take the flake as 'git+file:REPOSITORY?dir=nix'." >&2
        exit 1
      '';
  run-action = pkgs.writeShellApplication {
    name = "deploy-nixos";
    runtimeInputs = [
      pkgs.nodejs_24
      (pkgs.python3.withPackages (packages: [ packages.pyyaml ]))
    ];
    text = ''exec python3 ${./run-action.py} ${action}/actions/deploy-nixos "$1"'';
  };
in
{
  environment.systemPackages = [ run-action ];
  environment.etc."deploy-key" = {
    source = snakeOilEd25519PrivateKey;
    mode = "0600";
  };
  programs.ssh.extraConfig = ''
    Host server
      User deploy
      IdentityFile /etc/deploy-key
      IdentitiesOnly yes
      BatchMode yes
      StrictHostKeyChecking yes
  '';
  virtualisation.memorySize = 1024;
}
