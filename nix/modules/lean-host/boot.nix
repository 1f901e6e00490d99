{ lib, ... }:
{
  boot.loader.systemd-boot = {
    enable = lib.mkDefault true;
    configurationLimit = lib.mkDefault 5;
  };
  boot.loader.efi.canTouchEfiVariables = lib.mkDefault true;
}
