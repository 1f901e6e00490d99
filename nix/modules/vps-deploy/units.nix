# The programs and their units, as the package brings them; added is only where they find other programs.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.services.vps-deploy;
  inherit (config.boot.loader) grub;
  # The one that is installed: on hosts without a BIOS to start from there is no other in the closure.
  grubPackage = if grub.efiSupport && grub.devices == [ "nodev" ] then pkgs.grub2_efi else pkgs.grub2;

  programs =
    (cfg.package.runtimeInputs or [ ])
    ++ [
      config.nix.package
      config.systemd.package
    ]
    ++ lib.optional grub.enable grubPackage
    ++ lib.optional cfg.repository.lfs pkgs.git-lfs;

  # A drop-in each. restartIfChanged: a deploy must not restart what carries it out.
  service = wantedBy: {
    path = programs;
    restartIfChanged = false;
    inherit wantedBy;
  };
in
{
  options.services.vps-deploy = {
    enable = lib.mkEnableOption "deploys through a forced SSH command, rolled back unless they are confirmed";
    package = lib.mkOption {
      type = lib.types.package;
      default = pkgs.callPackage ../../vps-deploy/package.nix { };
      defaultText = lib.literalExpression "pkgs.callPackage ./nix/vps-deploy/package.nix { }";
      description = "The host half: its programs, units and tmpfiles.";
    };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ cfg.package ];

    systemd = {
      packages = [ cfg.package ];
      tmpfiles.packages = [ cfg.package ];
      paths = {
        vps-deploy-intake.wantedBy = [ "multi-user.target" ];
        vps-deploy-worker.wantedBy = [ "multi-user.target" ];
      };
      services = {
        # Started by their path units.
        vps-deploy-intake = service [ ];
        vps-deploy-worker = service [ ];
        # At boot, and never waited for.
        vps-deploy-recover = service [ "multi-user.target" ];
        vps-deploy-guard = service [ "sysinit.target" ];
      };
    };
  };
}
