# What is wrong about containers: each in the sentence that says what to change, and no sentence about what is right.
{
  all,
  equals,
  holds,
  host,
  lib,
  refusesOnly,
  throws,
  ...
}:
let
  inherit (lib) mkOption types;
  anything =
    default:
    mkOption {
      type = types.anything;
      inherit default;
    };

  # The modules that judge, in a host of only the options they read: thousands of times cheaper than a whole NixOS.
  stand-in =
    { lib, ... }:
    {
      imports = map (file: ../../modules/containers + "/${file}.nix") [
        "bridge-options"
        "bridge-checks"
        "container-options"
        "container-checks"
        "secret-checks"
        "proxy"
      ];
      options = {
        assertions = mkOption { type = types.listOf types.anything; };
        networking.interfaces = anything { };
        systemd.network.networks = anything { };
        services.caddy.enable = anything false;
        services.caddy.openFirewall = anything false;
        services.caddy.virtualHosts = mkOption {
          default = { };
          type = types.attrsOf (
            types.submodule (
              { name, ... }:
              {
                options.hostName = anything name;
                options.serverAliases = anything [ ];
                options.extraConfig = anything "";
              }
            )
          );
        };
        containers = mkOption {
          default = { };
          type = types.attrsOf (
            types.submodule {
              options.privateUsers = anything "no";
              options.extraFlags = anything [ ];
              options.path = mkOption { type = types.str; };
            }
          );
        };
      };
    };
  refusalsOf =
    module:
    map (it: it.message) (
      lib.filter (it: !it.assertion)
        (lib.evalModules {
          modules = [
            stand-in
            { _file = "the-host.nix"; }
            (lib.setDefaultModuleLocation "the-host.nix" module)
          ];
        }).config.assertions
    );
  # Every sentence that is said, whole.
  refuses = module: equals (lib.sort (a: b: a < b) (refusalsOf module));

  web = {
    id = 10;
    module = { };
  };
  withWeb = settings: { lean.containers.web = web // settings; };
  onPrefix =
    prefix: settings:
    lib.recursiveUpdate (withWeb { }) {
      lean.bridge = {
        inherit prefix;
      }
      // settings;
    };
in
{
  "what is right is not refused" = refuses {
    networking.interfaces.eth0 = {
      name = "eth0";
      ipv4.addresses = [
        {
          address = "203.0.113.7";
          prefixLength = 24;
        }
      ];
    };
    networking.interfaces.br0 = {
      name = "br0";
      ipv4.addresses = [
        {
          address = "10.0.0.1";
          prefixLength = 24;
        }
      ];
    };
    systemd.network.networks.a = {
      enable = true;
      matchConfig.Name = "br0";
      address = [ "10.0.0.1/24" ];
      networkConfig = { };
      addresses = [ ];
    };
    lean.bridge.hostNetworks = [
      "10.0.1.0/24"
      "192.0.2.17/32"
      "fd00::1/64"
    ];
    containers.web.extraFlags = [ ];
    lean.containers = {
      web = web // {
        proxy.domain = "www.example.org";
        proxy.port = 80;
        credentials.a-token_1 = "/run/secrets/token";
      };
      bot = {
        id = 254;
        module = { };
        identity = null;
      };
      wild = {
        id = 2;
        module = { };
        proxy.domain = "*.example.org";
        proxy.port = 65535;
      };
      # The same site, while the other one is out of service.
      old = {
        enable = false;
        id = 3;
        module = { };
        proxy.domain = "www.example.org";
        proxy.port = 80;
      };
    };
  } [ ];

  "without containers nothing is judged" = refuses {
    lean.bridge.prefix = "rubbish";
    lean.bridge.hostNetworks = [ "rubbish" ];
  } [ ];

  "a mistyped name is no container" =
    refuses (lib.recursiveUpdate (withWeb { }) { lean.containers.wep.enable = false; })
      [
        (
          "lean.containers.wep is set in the-host.nix, but nothing gives it id and module: there is no such container."
          + " Correct the name, or remove the line. Did you mean web? Defined are web."
        )
      ];
  "without any container, there is none to mean" = refuses { lean.containers.wep.enable = true; } [
    (
      "lean.containers.wep is set in the-host.nix, but nothing gives it id and module: there is no such container."
      + " Correct the name, or remove the line. No container is defined yet."
    )
  ];
  "half a container is none" =
    refuses
      (lib.recursiveUpdate (withWeb { }) {
        lean.containers.bodiless.id = 11;
        lean.containers.nameless.module = { };
      })
      [
        (
          "lean.containers.bodiless is set in the-host.nix, but nothing gives it module: set"
          + " lean.containers.bodiless.module as well, or correct the name. Defined are web."
        )
        (
          "lean.containers.nameless is set in the-host.nix, but nothing gives it id: set"
          + " lean.containers.nameless.id as well, or correct the name. Defined are web."
        )
      ];
  "containers.<name> adds to a container, not to a name" =
    refuses
      (lib.recursiveUpdate (withWeb { }) {
        containers.wep.extraFlags = [ "--x" ];
        containers.of-nixpkgs.path = "/nix/store/x";
        containers.off.extraFlags = [ "--x" ];
        lean.containers.off = {
          enable = false;
          id = 11;
          module = { };
        };
      })
      [
        (
          "containers.off is set, but lean.containers.off is not enabled. Set it with"
          + " lib.mkIf config.lean.containers.off.enable, or enable the container."
        )
        (
          "containers.wep is set, but there is no such container: it has no config, and lean.containers.wep is not"
          + " defined. Did you mean web? Defined are off, web."
        )
      ];
  "names are host names" =
    let
      long = lib.concatStrings (lib.genList (_: "a") 64);
      bad = [
        "-x"
        "My"
        "a_b"
        long
        "x-"
      ];
    in
    refuses
      {
        lean.containers = lib.listToAttrs (
          lib.imap0 (place: name: {
            inherit name;
            value = web // {
              id = 10 + place;
            };
          }) (bad ++ [ (lib.substring 1 63 long) ])
        );
      }
      (
        map (
          name:
          "lean.containers has \"${name}\", which cannot be a container's name: it is a host name. Use at most 63"
          + " lower-case letters, digits and hyphens, a hyphen neither first nor last."
        ) bad
      );
  "an id belongs to one container, enabled or not" =
    refuses
      (lib.recursiveUpdate (withWeb { }) {
        lean.containers.old = web // {
          enable = false;
        };
      })
      [
        "lean.containers: old, web share the id 10, and with it the address. Give each an id of its own."
      ];
  "an id is the last octet of an address" = all (
    map
      (
        id:
        throws
          (lib.evalModules {
            modules = [
              stand-in
              (withWeb { inherit id; })
            ];
          }).config.lean.containers.web.id
      )
      [
        0
        1
        255
        "10"
      ]
  );

  "two containers on one domain" =
    refuses
      {
        lean.containers = {
          web = web // {
            proxy.domain = "www.example.org";
            proxy.port = 80;
          };
          other = web // {
            id = 11;
            proxy.domain = "WWW.example.org";
            proxy.port = 81;
          };
        };
      }
      [
        (
          "lean.containers: other, web are both to be reached as www.example.org. Give each a proxy.domain of its own,"
          + " or disable all but one."
        )
      ];
  "a site of the host on a container's domain" =
    refuses
      (
        withWeb {
          proxy.domain = "www.example.org";
          proxy.port = 80;
        }
        // {
          services.caddy.virtualHosts = {
            mine.serverAliases = [ "www.example.org" ];
            "https://www.example.org:443" = { };
            "example.org, www.example.org" = { };
            "http://www.example.org" = { };
            "www.example.org".extraConfig = "encode zstd";
          };
        }
      )
      (
        map
          (
            name:
            "services.caddy.virtualHosts.\"${name}\" answers for www.example.org, which is the domain of"
            + " lean.containers.web. Put its directives into services.caddy.virtualHosts.\"www.example.org\", or"
            + " give one of them another domain."
          )
          [
            "example.org, www.example.org"
            "https://www.example.org:443"
            "mine"
          ]
      );
  "a container's site on another one's domain" =
    refuses
      {
        lean.containers.web = web // {
          proxy.domain = "www.example.org";
          proxy.port = 80;
        };
        lean.containers.other = web // {
          id = 11;
          proxy.domain = "other.example.org";
          proxy.port = 80;
        };
        services.caddy.virtualHosts."other.example.org".serverAliases = [ "www.example.org" ];
      }
      [
        (
          "services.caddy.virtualHosts.\"other.example.org\" answers for www.example.org, which is the domain of"
          + " lean.containers.web. Put its directives into services.caddy.virtualHosts.\"www.example.org\", or"
          + " give one of them another domain."
        )
      ];
  "a domain is a name alone" = all (
    map
      (
        domain:
        refuses
          (withWeb {
            proxy = {
              inherit domain;
              port = 80;
            };
          })
          [
            (
              "lean.containers.web.proxy.domain is \"${domain}\", which is no host name. Write the name alone, like"
              + " www.example.org: no scheme, no port, no path."
            )
          ]
      )
      [
        "https://www.example.org"
        "www.example.org:80"
        "www.example.org/x"
        "www.*.org"
        "www..org"
        "a b"
        ""
      ]
  );

  "a prefix that is no network" = all (
    map
      (
        prefix:
        refuses (onPrefix prefix { }) [
          "lean.bridge.prefix is \"${prefix}\", which is no IPv4 network. Write it in CIDR notation, like 10.88.0.0/24."
        ]
      )
      [
        "10.0.0."
        "10.0.0.0"
        "10.0.0.256/24"
        "10.0.0.0/33"
        "010.0.0.0/24"
        "fd00::/64"
        ""
      ]
  );
  "a prefix that is an address" = refuses (onPrefix "10.88.0.5/24" { }) [
    (
      "lean.bridge.prefix is \"10.88.0.5/24\", an address within a network."
      + " The network itself is 10.88.0.0/24: write that."
    )
  ];
  "a prefix of another length" = all (
    map
      (
        prefix:
        refuses (onPrefix prefix { }) [
          (
            "lean.bridge.prefix is \"${prefix}\". Containers are numbered by the last octet of their address, so it"
            + " must be a /24, like 10.88.0.0/24."
          )
        ]
      )
      [
        "10.88.0.0/16"
        "10.88.0.0/25"
      ]
  );
  "a prefix that is not private" = all (
    map
      (
        prefix:
        refuses (onPrefix prefix { }) [
          (
            "lean.bridge.prefix is \"${prefix}\", which is no private network: containers would stand in for a part of"
            + " the Internet. Take a /24 of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16, like 10.88.0.0/24."
          )
        ]
      )
      [
        "9.9.9.0/24"
        "172.32.0.0/24"
        "169.254.169.0/24"
      ]
  );
  "a prefix the host stands in" =
    let
      overlaps = network: source: free: [
        (
          "lean.bridge.prefix is \"10.0.0.0/24\", which overlaps ${network}, a network the host stands in (${source})."
          + " The host would look for its neighbors among its containers."
          + " Take another one for the containers, like ${free}."
        )
      ];
    in
    all [
      (refuses (onPrefix "10.0.0.0/24" { hostNetworks = [ "10.0.0.12/24" ]; }) (
        overlaps "10.0.0.0/24" "lean.bridge.hostNetworks" "10.88.0.0/24"
      ))
      (refuses (onPrefix "10.0.0.0/24" { hostNetworks = [ "10.0.0.0/8" ]; }) (
        overlaps "10.0.0.0/8" "lean.bridge.hostNetworks" "172.30.88.0/24"
      ))
      (refuses (onPrefix "10.0.0.0/24" { hostNetworks = [ "10.0.0.77/32" ]; }) (
        overlaps "10.0.0.77/32" "lean.bridge.hostNetworks" "10.88.0.0/24"
      ))
      (refuses (
        onPrefix "10.0.0.0/24" { }
        // {
          networking.interfaces.eth0 = {
            name = "eth0";
            ipv4.addresses = [
              {
                address = "10.0.3.4";
                prefixLength = 16;
              }
            ];
          };
        }
      ) (overlaps "10.0.0.0/16" "networking.interfaces.eth0" "10.88.0.0/24"))
      (refuses (
        onPrefix "10.0.0.0/24" { }
        // {
          systemd.network.networks."10-wan" = {
            enable = true;
            matchConfig.Name = "eth0";
            address = [ ];
            networkConfig = { };
            addresses = [ { Address = "10.0.0.2/24"; } ];
          };
        }
      ) (overlaps "10.0.0.0/24" "systemd.network.networks.10-wan" "10.88.0.0/24"))
    ];
  "a network of the host that is none" =
    refuses (onPrefix "10.0.0.0/24" { hostNetworks = [ "eth0" ]; })
      [
        (
          "lean.bridge.hostNetworks has \"eth0\", which is no network. Write networks in CIDR notation, like"
          + " 10.0.0.0/16."
        )
      ];
  "a bridge that Linux does not take" =
    refuses (onPrefix "10.0.0.0/24" { name = "bridge-of-containers"; })
      [
        (
          "lean.bridge.name is \"bridge-of-containers\". Linux takes at most 15 characters for an interface: use"
          + " letters, digits, - and _, like br0."
        )
      ];
  "containers without a name server" = refuses (onPrefix "10.0.0.0/24" { nameservers = [ ]; }) [
    "lean.bridge.nameservers is empty: containers could resolve no name. Name at least one address."
  ];
  "name servers that containers cannot ask" =
    refuses
      (onPrefix "10.0.0.0/24" {
        nameservers = [
          "127.0.0.53"
          "169.254.169.254"
          "2620:fe::fe"
          "9.9.9.9"
          "9.9.9.9\nsearch example.org"
          "dns.example.org"
        ];
      })
      (
        map
          (
            text:
            "lean.bridge.nameservers has \"${text}\", which containers cannot ask. Write the IPv4 address of a server"
            + " they reach, like 9.9.9.9: none in 127.0.0.0/8 or 169.254.0.0/16."
          )
          [
            "127.0.0.53"
            "169.254.169.254"
            "2620:fe::fe"
            "9.9.9.9\\nsearch example.org"
            "dns.example.org"
          ]
      );

  "a key in the store" = all (
    map
      (
        identity:
        holds (
          let
            said = refusalsOf (withWeb {
              inherit identity;
            });
          in
          lib.length said == 1 && lib.hasInfix "in the Nix store, where everybody can read it" (lib.head said)
        ) "${toString identity} was accepted as a key, or refused for something else"
      )
      [
        "${builtins.storeDir}/0123456789abcdfghijklmnpqrsvwxyz-key"
        # As people write it: a file of the flake.
        ./frame.nix
      ]
  );
  "a key that cannot be mounted" = all (
    map
      (
        identity:
        refuses (withWeb { inherit identity; }) [
          (
            "lean.containers.web.identity is \"${identity}\", which systemd-nspawn could not mount."
            + " Use an absolute path of letters, digits and . _ + @ = - alone."
          )
        ]
      )
      [
        "etc/key"
        "/my key"
        "/key:ro"
        "/a$b"
      ]
  );
  "a key nobody in the container could read" =
    refuses (withWeb { } // { containers.web.privateUsers = "pick"; })
      [
        (
          "containers.web.privateUsers is set: in such a container nobody could read the key that is mounted. Set"
          + " lean.containers.web.identity = null, and hand over secrets by lean.containers.web.credentials."
        )
      ];
  "user namespaces go with credentials" = refuses (
    withWeb {
      identity = null;
      credentials.token = "/run/secrets/token";
    }
    // {
      containers.web.privateUsers = "pick";
    }
  ) [ ];
  "user namespaces with the numbers of the host go with a key" = refuses (
    withWeb { } // { containers.web.privateUsers = "identity"; }
  ) [ ];
  "credentials that would not arrive" =
    refuses
      (withWeb {
        credentials = {
          "a b" = "/run/secrets/token";
          ".hidden" = "/run/secrets/token";
          relative = "run/secrets/token";
          stored = "${builtins.storeDir}/0123456789abcdfghijklmnpqrsvwxyz-token";
        };
      })
      [
        (
          "lean.containers.web.credentials has \".hidden\", which cannot be a credential's name. Use letters, digits"
          + " and . _ - alone, and no dot first."
        )
        (
          "lean.containers.web.credentials has \"a b\", which cannot be a credential's name. Use letters, digits"
          + " and . _ - alone, and no dot first."
        )
        (
          "lean.containers.web.credentials.relative is \"run/secrets/token\", which systemd-nspawn could not read."
          + " Use an absolute path of letters, digits and . _ + @ = - alone."
        )
        (
          "lean.containers.web.credentials.stored is"
          + " \"${builtins.storeDir}/0123456789abcdfghijklmnpqrsvwxyz-token\", in the Nix store, where everybody can"
          + " read it. Name a file of the server, like config.sops.secrets.stored.path."
        )
      ];

  # In a whole NixOS: nothing else fails before the sentence is read, and the system is none.
  "the sentence comes first" =
    let
      config = host [
        (onPrefix "10.0.0." { })
        {
          containers.wep.extraFlags = [ "--x" ];
          lean.containers.wep.enable = true;
        }
      ];
      # Of the host alone: the guests of this one cannot be evaluated.
      own = {
        inherit (config) assertions warnings;
        containers = { };
      };
    in
    all [
      (refusesOnly own [
        "lean.bridge.prefix is \"10.0.0.\""
        "lean.containers.wep is set in"
        "containers.wep is set, but there is no such container"
      ])
      (throws config.system.build.toplevel.drvPath)
    ];
  "a name that none can have comes to its own sentence, not to one of NixOS's" =
    let
      own = module: { inherit (host [ module ]) assertions warnings; } // { containers = { }; };
    in
    all [
      (refusesOnly
        (own {
          lean.containers."-x" = web;
          lean.containers."a_b" = web // {
            id = 11;
          };
        })
        [
          "lean.containers has \"-x\""
          "lean.containers has \"a_b\""
        ]
      )
      (refusesOnly (own (lib.recursiveUpdate (withWeb { }) { lean.bridge.name = "br 0"; })) [
        "lean.bridge.name is \"br 0\""
      ])
    ];
}
