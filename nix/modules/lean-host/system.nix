{ lib, ... }:
{
  users.mutableUsers = false;
  users.allowNoPasswordLogin = true;
  system.stateVersion = lib.mkDefault "26.05";
}
