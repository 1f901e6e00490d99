# Nobody logs in to a container but the host's root, and it has neither hardware nor screen. What is left out here is
# left out of every evaluation and every closure; a container that wants a part of it back enables that part.
{ lib, modulesPath, ... }:
let
  inherit (lib) mkDefault;
in
{
  imports = [ (modulesPath + "/profiles/minimal.nix") ];

  # Accounts come from the configuration alone. The tools that would change them keep a fifth of a container's
  # evaluation busy with rules on who may use them.
  users.mutableUsers = mkDefault false;
  users.allowNoPasswordLogin = mkDefault true;
  security.sudo.enable = mkDefault false;
  security.pam.services =
    lib.genAttrs
      [
        "chfn"
        "chpasswd"
        "chsh"
        "groupadd"
        "groupdel"
        "groupmems"
        "groupmod"
        "i3lock"
        "i3lock-color"
        "passwd"
        "useradd"
        "userdel"
        "usermod"
        "vlock"
        "xlock"
        "xscreensaver"
      ]
      (_: {
        enable = mkDefault false;
      });

  # The store, its daemon and what is built belong to the host. There is nothing to rebuild from in here.
  nix.enable = mkDefault false;
  system.disableInstallerTools = mkDefault true;

  boot.bcache.enable = mkDefault false;
  fonts.fontconfig.enable = mkDefault false;
  programs.nano.enable = mkDefault false;
}
