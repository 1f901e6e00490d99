# The bridge, and what may pass over it: containers reach the Internet, but neither the host's SSH nor the cloud's
# own services.
{ config, lib, ... }:
let
  cfg = config.lean.bridge;
  inherit (import ./facts.nix { inherit config lib; }) network running;

  # Those of single addresses as well; sshd that is given none takes 22.
  inherit (config.services) openssh;
  named =
    openssh.ports
    ++ lib.filter (port: port != null) (map (listen: listen.port) openssh.listenAddresses);
  sshPorts = if named == [ ] then [ 22 ] else lib.unique named;
in
{
  config = lib.mkIf (running != { }) {
    networking = {
      bridges.${cfg.name}.interfaces = [ ];
      interfaces.${cfg.name}.ipv4.addresses = [
        {
          inherit (cfg) address;
          prefixLength = network.length;
        }
      ];

      # No external interface is named: its name differs from machine to machine, and all but the bridge are outside.
      nat = {
        enable = true;
        internalInterfaces = [ cfg.name ];
      };

      nftables = {
        enable = true;
        # A table of its own, ahead of the firewall's: there, an open port is open to every interface.
        tables.lean-containers = {
          family = "inet";
          content = ''
            chain input {
              type filter hook input priority filter - 10; policy accept;
              iifname "${cfg.name}" tcp dport { ${
                lib.concatMapStringsSep ", " toString sshPorts
              } } drop comment "SSH of the host"
            }
          '';
        };
      };

      firewall = {
        # Without it, whoever sends packets to the host has them forwarded anywhere.
        filterForward = true;
        # First, for the rule that lets containers out comes after. Metadata services of clouds live there
        # (169.254.169.254), and hand out what the machine was set up with, keys included, to whoever asks.
        extraForwardRules = lib.mkBefore ''
          iifname "${cfg.name}" ip daddr 169.254.0.0/16 drop comment "metadata of the cloud"
        '';
      };
    };

    # The bridge has a carrier only while a container runs: neither its address nor the boot waits for one.
    systemd.network.networks = lib.mkIf config.networking.useNetworkd {
      "40-${cfg.name}" = {
        networkConfig.ConfigureWithoutCarrier = true;
        linkConfig.RequiredForOnline = "no";
      };
    };
  };
}
