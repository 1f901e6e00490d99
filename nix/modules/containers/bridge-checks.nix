# Bad networks are found before there is one.
{
  config,
  lib,
  ...
}:
let
  cfg = config.lean.bridge;
  ipv4 = import ./ipv4.nix lib;
  facts = import ./facts.nix { inherit config lib; };
  inherit (facts) network;

  private = map ipv4.parse [
    "10.0.0.0/8"
    "172.16.0.0/12"
    "192.168.0.0/16"
    "100.64.0.0/10"
  ];

  # "where it stands" and the network itself.
  networksOf =
    source: texts:
    map (text: {
      inherit source text;
      network = ipv4.parse text;
    }) texts;

  isBridge = name: name == cfg.name;

  interfaces = lib.filterAttrs (_: interface: !isBridge interface.name) config.networking.interfaces;
  ofInterfaces = lib.mapAttrsToList (
    name: interface:
    networksOf "networking.interfaces.${name}" (
      map (each: "${each.address}/${toString each.prefixLength}") interface.ipv4.addresses
    )
  ) interfaces;

  networkd = lib.filterAttrs (
    _: each: each.enable && !isBridge (each.matchConfig.Name or "")
  ) config.systemd.network.networks;
  ofNetworkd = lib.mapAttrsToList (
    name: each:
    networksOf "systemd.network.networks.${name}" (
      each.address
      ++ lib.toList (each.networkConfig.Address or [ ])
      ++ lib.concatMap (section: lib.toList (section.Address or [ ])) each.addresses
    )
  ) networkd;

  named = networksOf "lean.bridge.hostNetworks" cfg.hostNetworks;
  standing = lib.filter (each: each.network != null) (
    lib.concatLists ([ named ] ++ ofInterfaces ++ ofNetworkd)
  );
  overlapping = lib.filter (each: ipv4.overlap network each.network) standing;

  # An IPv6 network is none that an IPv4 bridge could collide with.
  wrong = lib.filter (each: each.network == null && !lib.hasInfix ":" each.text) named;

  addressOf = text: ipv4.parse "${text}/32";
  # Of a container these are its own loopback, and what the host keeps from it.
  unreachable = map ipv4.parse [
    "127.0.0.0/8"
    "169.254.0.0/16"
  ];
  reaches = address: !lib.any (range: ipv4.contains range address) unreachable;

  prefix = "lean.bridge.prefix is ${builtins.toJSON cfg.prefix}";
in
{
  assertions = lib.mkIf (facts.wanted != { }) (
    [
      {
        assertion = network != null;
        message = "${prefix}, which is no IPv4 network. Write it in CIDR notation, like 10.88.0.0/24.";
      }
      {
        assertion = facts.isInterface cfg.name;
        message =
          "lean.bridge.name is ${builtins.toJSON cfg.name}. Linux takes at most 15 characters for an interface:"
          + " use letters, digits, - and _, like br0.";
      }
      {
        assertion = cfg.nameservers != [ ];
        message = "lean.bridge.nameservers is empty: containers could resolve no name. Name at least one address.";
      }
    ]
    ++ map (text: {
      assertion = addressOf text != null && reaches (addressOf text);
      message =
        "lean.bridge.nameservers has ${builtins.toJSON text}, which containers cannot ask."
        + " Write the IPv4 address of a server they reach, like 9.9.9.9: none in 127.0.0.0/8 or 169.254.0.0/16.";
    }) cfg.nameservers
    ++ map (each: {
      assertion = false;
      message =
        "lean.bridge.hostNetworks has ${builtins.toJSON each.text}, which is no network."
        + " Write networks in CIDR notation, like 10.0.0.0/16.";
    }) wrong
    ++ lib.optionals (network != null) (
      [
        {
          assertion = network.length == 24;
          message =
            "${prefix}. Containers are numbered by the last octet of their address, so it must be a /24,"
            + " like ${ipv4.show (network.first)}/24.";
        }
        {
          assertion = !network.hasHostBits;
          message = "${prefix}, an address within a network. The network itself is ${network.text}: write that.";
        }
        {
          assertion = lib.any (range: ipv4.contains range network) private;
          message =
            "${prefix}, which is no private network: containers would stand in for a part of the Internet."
            + " Take a /24 of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16, like 10.88.0.0/24.";
        }
      ]
      ++ map (each: {
        assertion = false;
        message =
          "${prefix}, which overlaps ${each.network.text}, a network the host stands in (${each.source})."
          + " The host would look for its neighbors among its containers."
          + " Take another one for the containers, like ${
             (lib.findFirst (free: !lib.any (one: ipv4.overlap free one.network) standing) network (
               map ipv4.parse [
                 "10.88.0.0/24"
                 "172.30.88.0/24"
                 "192.168.88.0/24"
               ]
             )).text
           }.";
      }) overlapping
    )
  );
}
