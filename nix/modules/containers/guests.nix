# From `lean.containers.<name>` to a container of NixOS.
inputs:
{
  config,
  lib,
  pkgs,
  specialArgs,
  ...
}:
let
  inherit (config.lean) bridge;
  inherit (import ./facts.nix { inherit config lib; }) identityPath network running;

  mkContainer = name: container: {
    # Not only to start at boot: a container that does not is never restarted by a switch either.
    autoStart = true;
    # Several at once after a boot need more than the minute they are given by default.
    timeoutStartSec = lib.mkDefault "5min";

    privateNetwork = true;
    hostBridge = bridge.name;
    localAddress = "${container.address}/${toString network.length}";

    bindMounts = lib.optionalAttrs (container.identity != null) {
      ${identityPath} = {
        hostPath = container.identity;
        isReadOnly = true;
      };
    };
    extraFlags = lib.mapAttrsToList (
      credential: path: "--load-credential=${credential}:${path}"
    ) container.credentials;

    specialArgs = removeAttrs specialArgs [ "modulesPath" ] // {
      container = {
        inherit name;
        inherit (container) address proxy;
      };
    };

    config = {
      imports = [
        inputs.sops-nix.nixosModules.sops
        ./guest
        container.module
      ];
      # The host's package set: one instance of it for all costs a third less memory.
      nixpkgs.pkgs = lib.mkDefault pkgs;
      system.stateVersion = lib.mkDefault config.system.stateVersion;
      lean.guest = {
        inherit name identityPath;
        inherit (container) identity secrets;
        inherit (bridge) nameservers;
        ports = lib.optional (container.proxy != null) container.proxy.port;
        gateway = bridge.address;
        isSetUp = !(config.lean.admin.isNobody or false);
      };
    };
  };
in
{
  config = lib.mkIf (running != { }) {
    containers = lib.mapAttrs mkContainer running;

    # The key and the credentials must be there first. Units that a host does not have are no obstacle.
    systemd.services = lib.mapAttrs' (
      name: _:
      lib.nameValuePair "container@${name}" {
        after = [
          "sshd-keygen.service"
          "sops-install-secrets.service"
        ];
      }
    ) running;
  };
}
