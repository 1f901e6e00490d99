# What every container is, whatever runs in it.
{ lib, ... }:
let
  inherit (lib) mkOption types;
  fact =
    type: description:
    mkOption {
      inherit type description;
      internal = true;
    };
in
{
  imports = [
    ./network.nix
    ./secrets.nix
    ./small.nix
  ];

  # Facts of the host, for these modules alone: a container's own get theirs as the argument `container`.
  options.lean.guest = {
    name = fact types.str "Name of the container.";
    gateway = fact types.str "Address of the host on the bridge.";
    nameservers = fact (types.listOf types.str) "Addresses of DNS servers.";
    ports = fact (types.listOf types.port) "Ports that Caddy passes requests on to.";
    identity = fact (types.nullOr types.str) "Where the key lies on the host.";
    identityPath = fact types.str "Where the key lies in the container.";
    isSetUp = fact types.bool "Whether somebody can log in to the host: there are no secrets before.";
    secrets = fact (types.nullOr types.path) "The container's sops file.";
  };
}
