{ config, lib, ... }:
let
  inherit (config.lean) guest;
in
{
  networking = {
    defaultGateway = {
      address = guest.gateway;
      interface = "eth0";
    };

    # The host's resolver may listen on its own loopback alone. The list never changes while the container runs, so it
    # is a file, and nothing is there to manage it.
    useHostResolvConf = false;
    resolvconf.enable = false;
    inherit (guest) nameservers;

    # Neighbors on the bridge are one hop away: nothing of the host's firewall stands between them.
    nftables.enable = true;
    firewall = {
      enable = true;
      allowedTCPPorts = guest.ports;
    };
  };

  environment.etc."resolv.conf".text = lib.concatMapStrings (
    server: "nameserver ${server}\n"
  ) config.networking.nameservers;
}
