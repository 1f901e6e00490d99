# Closed but for what is opened: SSH by sshd's own module, 80 and 443 by Caddy's.
{ lib, ... }:
{
  networking = {
    nftables.enable = true;
    firewall = {
      enable = lib.mkDefault true;
      # The whole internet knocks; the journal is for what happens here.
      logRefusedConnections = lib.mkDefault false;
    };
  };
}
