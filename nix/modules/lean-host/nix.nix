# Nix on a small server: a store that cannot fill the disk, and old systems enough to go back to.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkDefault;
  inherit (config.boot) loader;
  limit = (if loader.grub.enable then loader.grub else loader.systemd-boot).configurationLimit;
  # As many as the boot menu shows.
  kept = if limit == null then 10 else lib.max 5 limit;
in
{
  nix = {
    settings = {
      experimental-features = [
        "nix-command"
        "flakes"
      ];
      # Trusted is root alone, as NixOS has it: whoever is trusted is root.
      allowed-users = mkDefault [ "root" ];
      # A cache that does not answer costs seconds, not minutes.
      connect-timeout = mkDefault 5;
      # On a cache that fails in the middle, better no deploy than a kernel compiled on two cores.
      fallback = mkDefault false;
      # While a build has less than the first left on the disk, rubbish is collected until the second is free.
      min-free = mkDefault (1024 * 1024 * 1024);
      max-free = mkDefault (4 * 1024 * 1024 * 1024);
      log-lines = mkDefault 50;
    };
    channel.enable = mkDefault false;
  };

  programs.nh = {
    enable = mkDefault true;
    clean = {
      # nix.gc would delete by age alone, and with it systems the boot menu still names.
      enable = mkDefault (!config.nix.gc.automatic);
      dates = mkDefault "weekly";
      extraArgs = mkDefault "--keep ${toString kept} --keep-since 14d";
    };
  };
  environment = {
    # For the clone that people rebuild from.
    systemPackages = [ pkgs.gitMinimal ];
    # nh wants to be called by a user with sudo; here whoever logs in is root.
    variables.NH_BYPASS_ROOT_CHECK = "true";
  };
}
