# What a server nobody sits at does not need, and what a small one does.
{
  config,
  lib,
  modulesPath,
  ...
}:
let
  inherit (lib) mkDefault;
  hasOwnDisks = config.lean.disk.device == null;
in
{
  # No documentation, no fonts of a desktop, no Perl.
  imports = [ (modulesPath + "/profiles/minimal.nix") ];

  # Everybody who logs in is root.
  security.sudo.enable = mkDefault false;
  fonts.fontconfig.enable = mkDefault false;
  # The layout of lean.disk has neither; another may, and its root would not be found.
  services.lvm.enable = mkDefault hasOwnDisks;
  boot.bcache.enable = mkDefault hasOwnDisks;

  # The installer was needed once; nixos-rebuild is needed still, and vps-deploy asks nixos-version.
  system.disableInstallerTools = mkDefault true;
  system.tools.nixos-rebuild.enable = mkDefault true;
  system.tools.nixos-version.enable = mkDefault true;

  # Evaluating a configuration takes more than a small server has.
  zramSwap.enable = mkDefault true;
  boot.kernel.sysctl = {
    # Swap here is memory: early is cheap.
    "vm.swappiness" = mkDefault 100;
  };

  services.journald.extraConfig = ''
    SystemMaxUse=500M
    MaxRetentionSec=3month
  '';
}
