# What the rest of the host must be like, and what it had better be.
{
  config,
  lib,
  options,
  ...
}:
let
  inherit (import ./common.nix lib) must warnIf;
  cfg = config.services.vps-deploy;
  inherit (config) networking;

  isUnset = option: option.highestPrio >= (lib.mkOptionDefault null).priority;

  hasAddress = it: it.useDHCP == true || it.ipv4.addresses != [ ] || it.ipv6.addresses != [ ];
  hasNetwork =
    config.boot.isContainer
    || networking.useDHCP
    || lib.any hasAddress (lib.attrValues networking.interfaces)
    || networking.networkmanager.enable
    || config.systemd.network.enable
    || networking.ifstate.enable or false
    || config.services.connman.enable;
in
{
  config = lib.mkIf cfg.enable {
    assertions = [
      (must (config.nix.enable) "enable needs nix.enable: deploys are built, or fetched, on the host.")
      (must (config.system.switch.enable or true) (
        "enable needs system.switch.enable: a system that cannot be switched to cannot be deployed."
      ))
    ];

    warnings =
      # Whoever sets it to null says so on purpose: a working tree that was changed has no commit.
      warnIf (isUnset options.system.configurationRevision) (
        ": this system does not say which commit it was built from, so the host cannot prove what it runs, nor tell an "
        + "older commit from a newer one. Set system.configurationRevision to \"self.rev or null\" in the flake."
      )
      ++ warnIf (!config.system.tools.nixos-version.enable) (
        ": without nixos-version nobody can ask this system which commit it was built from. Set "
        + "system.tools.nixos-version.enable."
      )
      ++ warnIf (!hasNetwork) (
        ": no network is configured (networking.useDHCP, networking.interfaces, systemd.network and others are all "
        + "off), so nobody could confirm a deploy of this system, and each would be rolled back."
      );
  };
}
