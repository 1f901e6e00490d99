{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  ipv4 = import ./ipv4.nix lib;
  cfg = config.lean.bridge;
  network = ipv4.parse cfg.prefix;
in
{
  options.lean.bridge = {
    name = mkOption {
      type = types.str;
      default = "br0";
      description = "Name of the bridge that joins the containers: at most 15 letters, digits, `-` or `_`.";
    };

    prefix = mkOption {
      type = types.str;
      default = "10.0.0.0/24";
      example = "10.88.0.0/24";
      description = ''
        Network of the containers in CIDR notation: a private /24, of which the host has the address that ends in .1.

        It must be none that the host stands in. At Oracle Cloud that takes a look: 10.0.0.0/24 is the subnet most
        people give their first virtual network there, and its gateway is 10.0.0.1, the very address the bridge takes
        by default. Such a server would look for its gateway among its containers and be off the network. Its address
        comes by DHCP, so nothing can notice that before it happens: compare with `ip -4 address` on the server, and
        name the network in {option}`lean.bridge.hostNetworks`.
      '';
    };

    hostNetworks = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "10.0.0.0/16" ];
      description = ''
        Networks the host stands in and learns of only when it runs (DHCP, VPN), in CIDR notation; an address in the
        network with its length, as `ip address` prints it, is as good. The prefix must not overlap them. Addresses
        that stand in the configuration are compared without being named here.
      '';
    };

    nameservers = mkOption {
      type = types.listOf types.str;
      default = [
        "9.9.9.9"
        "1.1.1.1"
      ];
      description = ''
        DNS servers of the containers, by address. They do not take over the host's: that may be a resolver on
        127.0.0.53, or the cloud's at 169.254.169.254, and containers reach neither.
      '';
    };

    address = mkOption {
      type = types.str;
      readOnly = true;
      default = ipv4.show (network.first + 1);
      defaultText = lib.literalMD "the first address of {option}`lean.bridge.prefix`";
      description = "Address of the host on the bridge: what a service of the host listens on that containers use.";
    };
  };
}
