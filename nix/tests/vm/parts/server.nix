# A server as its user has one, and what a machine without a network needs on top: the repository is a folder on it, and
# what it deploys lies in its store (see repository/flake.nix).
self:
{ lib, pkgs, ... }:
let
  inherit (import (pkgs.path + "/nixos/tests/ssh-keys.nix") pkgs) snakeOilEd25519PublicKey;
  commit-system = pkgs.writeShellApplication {
    name = "commit-system";
    runtimeInputs = [ pkgs.git ];
    runtimeEnv = {
      TEMPLATE = ./repository;
      PLATFORM = pkgs.stdenv.hostPlatform.system;
    };
    text = builtins.readFile ./repository/commit-system.sh;
  };
in
{
  imports = [ self.nixosModules.vps-deploy ];

  # Systems that are deployed say which commit they are (repository/build.sh); the one the machine comes with has none.
  options.specialisation = lib.mkOption {
    type = lib.types.attrsOf (
      lib.types.submodule {
        configuration.system.configurationRevision = lib.fixedWidthString 40 "0" "";
      }
    );
  };

  config = {
    system.configurationRevision = lib.mkDefault null;
    services.vps-deploy = {
      enable = true;
      repository.url = "file:///srv/server";
      repository.flakeDir = ".";
      configuration = "server";
      authorizedKeys = [ snakeOilEd25519PublicKey ];
      settleSeconds = 2;
    };
    systemd.services =
      lib.genAttrs
        (map (name: "vps-deploy-${name}") [
          "intake"
          "worker"
          "recover"
        ])
        (_: {
          environment.VPS_DEPLOY_GIT_PROTOCOLS = "file";
        });

    services.openssh.enable = true;
    networking.nftables.enable = true;
    environment.systemPackages = [ commit-system ];

    nix.settings = {
      experimental-features = [
        "nix-command"
        "flakes"
      ];
      substituters = lib.mkForce [ ];
      flake-registry = "";
    };

    # A boot entry and a store that survive a reboot.
    virtualisation = {
      useBootLoader = true;
      useEFIBoot = true;
      memorySize = 2048;
      cores = 2;
      # The image is as large as its contents; a deploy wants room.
      diskSize = 8192;
      fileSystems."/".autoResize = true;
    };
    boot.growPartition = true;
    boot.loader.systemd-boot.enable = true;
    boot.loader.efi.canTouchEfiVariables = true;
    system.switch.enable = true;
    # dbus-broker does not start with the empty one of an image that was never booted.
    environment.etc."machine-id".text = "5d1a6f3c0b6e4b0f9c1d2e3f4a5b6c7d\n";
  };
}
