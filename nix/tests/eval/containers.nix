# Containers as they come out: what the reference server runs, what a guest is made of, and how little a host writes.
{
  all,
  contains,
  equals,
  holds,
  host,
  inputs,
  lib,
  pkgs,
  reference,
  refuses,
  refusesOnly,
  self,
  warnsOnly,
  ...
}:
let
  # Adding a container, in full: these four lines, and the file that they name.
  four-lines = {
    lean.containers.web.id = 10;
    lean.containers.web.module = ../../containers/test-container.nix;
    lean.containers.web.proxy.domain = "WWW.example.org";
    lean.containers.web.proxy.port = 8080;
  };

  # A bot with a secret; whether its file is there is up to the host.
  bot = {
    systemd.services.bot.script = "sleep infinity";
    lean.secrets.token.services = [ "bot" ];
  };

  # Every way to hand over a secret, on a host with another bridge, another network backend and other SSH ports.
  full = host [
    four-lines
    {
      # Secrets are not missed before.
      users.users.root.openssh.authorizedKeys.keyFiles = [ ../keys/admin.pub ];
      networking.useNetworkd = true;
      services.openssh.ports = [
        22
        2222
      ];
      services.openssh.listenAddresses = [
        {
          addr = "192.0.2.7";
          port = 2200;
        }
        { addr = "192.0.2.8"; }
      ];
      lean.admin.keys = [ ];
      lean.bridge = {
        name = "lan-0";
        prefix = "192.168.88.0/24";
        nameservers = [ "192.168.88.1" ];
      };
      lean.containers = {
        shared = {
          id = 11;
          module = bot;
          # Whatever it holds: it is decrypted on the server.
          secrets = ./frame.nix;
        };
        own = {
          id = 12;
          identity = "/persistent/containers/own/ssh_host_ed25519_key";
          module = bot;
          secrets = ./no-such-secrets.yaml;
        };
        handed = {
          id = 13;
          identity = null;
          credentials.token = "/run/secrets/bot-token";
          module.systemd.services.bot = {
            script = "sleep infinity";
            serviceConfig.ImportCredential = "token";
          };
        };
        keyless = {
          id = 14;
          identity = null;
          module = bot;
          secrets = ./frame.nix;
        };
        by-sops = {
          id = 15;
          identity = null;
          module = {
            sops.defaultSopsFile = ./frame.nix;
            sops.secrets.plain = { };
          };
        };
        off = {
          enable = false;
          id = 16;
          module = { ... }: throw "a container that is not enabled was evaluated";
        };
      };
    }
  ];
  nothing = host [ ];

  # What systemd-nspawn is started with; the path of the guest's system is in it, so that one is evaluated whole.
  startOf = config: name: config.environment.etc."nixos-containers/${name}.conf".text;
  guestOf = config: name: config.containers.${name}.config;
  web = guestOf full "web";
  key = "/var/lib/sops-nix/key.txt";
  mountsOf =
    name:
    lib.mapAttrs (_: it: { inherit (it) hostPath isReadOnly; }) full.containers.${name}.bindMounts;
  flagsOf = name: full.containers.${name}.extraFlags;
  readOnly = hostPath: {
    ${key} = {
      inherit hostPath;
      isReadOnly = true;
    };
  };
  serviceOf = name: (guestOf full name).systemd.services.bot;

  upstream = inputs.nannuo-bot.packages.aarch64-linux.default;

  # Enabled, as somebody will: it must not have rotted.
  backend =
    (self.nixosConfigurations.vps-arm.extendModules {
      modules = [ { lean.containers.bgs-backend.enable = lib.mkForce true; } ];
    }).config.containers.bgs-backend.config;
in
{
  "the reference server runs what it should" = all [
    (equals (lib.attrNames reference.containers) [
      "nannuo-bot"
      "test-container"
    ])
    (equals (lib.mapAttrs (_: each: each.enable) reference.lean.containers) {
      bgs-backend = false;
      nannuo-bot = true;
      test-container = true;
    })
    # Where Oracle puts its machines, as the check that no container stands there knows.
    (equals reference.lean.bridge.hostNetworks [ "10.0.0.0/16" ])
    (contains (startOf reference "nannuo-bot") "--bind-ro=/persistent/etc/ssh/ssh_host_ed25519_key:${key}")
  ];
  "a container is one file and four lines" = all [
    (equals (lib.length (lib.collect (value: !lib.isAttrs value) four-lines)) 4)
    (holds (lib.isString web.system.build.toplevel.drvPath) "it makes no system")
    (equals full.services.caddy.virtualHosts."www.example.org".extraConfig ''
      reverse_proxy 192.168.88.10:8080 {
        lb_try_duration 10s
      }
    '')
    (equals web.systemd.sockets.static-web-server.listenStreams [
      ""
      "[::]:8080"
    ])
  ];
  "the bot is made by its own recipe, from the host's packages" =
    equals (guestOf reference "nannuo-bot").services.nannuo-bot.package.drvPath upstream.drvPath;
  "the backend that is not enabled could be" = all [
    (contains backend.systemd.services.bgs-backend.serviceConfig.ExecStart "/bin/bgs")
    (equals backend.systemd.services.bgs-backend.unitConfig.ConditionPathExists [
      "/run/secrets/environment"
    ])
    (equals backend.services.postgresql.ensureDatabases [ "bgs-app" ])
    # It comes by TCP, where the default rules ask for a password, which nobody gives the role: this one is before them.
    (contains backend.services.postgresql.authentication "host bgs-app bgs-app 127.0.0.1/32 trust\n\n# default")
    (holds (lib.elem "postgresql.target" backend.systemd.services.bgs-backend.after) "it does not wait for its role")
  ];
  "guests share the package set of the host" = all (
    lib.mapAttrsToList (
      name: guest: holds (guest.config.nixpkgs.pkgs.hello == pkgs.hello) "${name} has one of its own"
    ) full.containers
  );

  "a container starts with its address, its bridge and time enough" = all [
    (contains (startOf full "web") "LOCAL_ADDRESS=192.168.88.10/24")
    (contains (startOf full "web") "HOST_BRIDGE=lan-0")
    (contains (startOf full "web") "PRIVATE_NETWORK=1")
    (contains (startOf full "web") "AUTO_START=1")
    (equals full.systemd.services."container@web".serviceConfig.TimeoutStartSec "5min")
    (equals full.lean.bridge.address "192.168.88.1")
    (contains full.networking.extraHosts "192.168.88.10 web.containers")
  ];
  "a changed container is restarted, not reloaded" =
    let
      unit = full.systemd.services."container@web";
    in
    all [
      (equals unit.restartIfChanged true)
      (equals unit.reloadIfChanged false)
      (holds (lib.elem full.containers.web.path unit.restartTriggers) "its system does not trigger a restart")
    ];
  "keys and credentials are there before the container is" = all (
    map
      (
        unit:
        holds (lib.elem unit full.systemd.services."container@web".after) "it is not ordered after ${unit}"
      )
      [
        "sshd-keygen.service"
        "sops-install-secrets.service"
        "network.target"
      ]
  );

  "a guest closes every port but the one that is passed on" = all [
    (equals web.networking.firewall.enable true)
    (equals web.networking.firewall.allowedTCPPorts [ 8080 ])
    (equals web.networking.firewall.allowedUDPPorts [ ])
    (equals web.networking.firewall.trustedInterfaces [ "lo" ])
    (equals (guestOf full "handed").networking.firewall.allowedTCPPorts [ ])
  ];
  "a guest asks the servers it was given, and none of the host's" = all [
    (equals web.networking.useHostResolvConf false)
    (equals web.environment.etc."resolv.conf".text "nameserver 192.168.88.1\n")
    (equals (guestOf reference "nannuo-bot").networking.nameservers [
      "9.9.9.9"
      "1.1.1.1"
    ])
    (equals web.networking.defaultGateway.address "192.168.88.1")
  ];
  "guests neither document, build nor log in" = all [
    (equals web.documentation.enable false)
    (equals web.nix.enable false)
    (equals web.security.sudo.enable false)
    (equals web.fonts.fontconfig.enable false)
    (holds web.security.pam.services.su.enable "root-login needs su")
    (holds web.security.pam.services.login.enable "machinectl shell needs login")
  ];

  "the shared key is an SSH key, read-only at its place" = all [
    (equals (mountsOf "shared") (readOnly "/persistent/etc/ssh/ssh_host_ed25519_key"))
    (equals (guestOf full "shared").sops.age.sshKeyPaths [ key ])
    (equals (guestOf full "shared").sops.age.keyFile null)
  ];
  "a key of its own takes the same place" = equals (mountsOf "own") (
    readOnly "/persistent/containers/own/ssh_host_ed25519_key"
  );
  "credentials need no key" = all [
    (equals (flagsOf "handed") [ "--load-credential=token:/run/secrets/bot-token" ])
    (equals (mountsOf "handed") { })
    (equals (guestOf full "handed").sops.age.sshKeyPaths [ ])
  ];
  "with its sops file, a service starts after it is decrypted, and fails without" = all [
    (holds (lib.elem "sops-install-secrets.service" (serviceOf "shared").after) "no order")
    (equals (serviceOf "shared").requires [ "sops-install-secrets.service" ])
    (holds (!(serviceOf "shared").unitConfig ? ConditionPathExists) "it waits instead")
    (equals (guestOf full "shared").sops.secrets.token.path "/run/secrets/token")
  ];
  "without its sops file, it waits, and that is said" = all [
    (equals (serviceOf "own").unitConfig.ConditionPathExists [ "/run/secrets/token" ])
    (equals (serviceOf "own").requires [ ])
    (equals (guestOf full "own").sops.secrets { })
    (warnsOnly
      {
        inherit (full.containers.own.config) warnings;
        containers = { };
      }
      [
        "there is no tests/eval/no-such-secrets.yaml, so these services wait for their secrets (token): bot."
      ]
    )
    (warnsOnly {
      inherit (full.containers.shared.config) warnings;
      containers = { };
    } [ ])
  ];
  "secrets without a key are refused" =
    let
      config = {
        assertions = [ ];
        containers = { inherit (full.containers) keyless by-sops web; };
      };
    in
    all [
      (refuses config "lean.containers.keyless has secrets to decrypt (token) but no key: its identity is null.")
      (refuses config "lean.containers.by-sops has secrets to decrypt (plain) but no key: its identity is null.")
    ];

  "packets of guests go out, but not to the cloud's own services nor to SSH" =
    let
      inherit (full.networking) firewall nftables;
      order = lib.filter (line: line != "") (lib.splitString "\n" firewall.extraForwardRules);
    in
    all [
      (equals firewall.filterForward true)
      (contains (lib.head order) ''iifname "lan-0" ip daddr 169.254.0.0/16 drop'')
      (contains firewall.extraForwardRules ''iifname { "lan-0" }  accept'')
      (contains nftables.tables.nixos-nat.content ''iifname { "lan-0" }  masquerade'')
      (contains nftables.tables.lean-containers.content ''iifname "lan-0" tcp dport { 22, 2222, 2200 } drop'')
    ];
  "neither the boot nor its address waits for a container" = all [
    (equals full.systemd.network.networks."40-lan-0".linkConfig.RequiredForOnline "no")
    (equals full.systemd.network.networks."40-lan-0".networkConfig.ConfigureWithoutCarrier true)
    (equals full.systemd.network.networks."40-lan-0".address [ "192.168.88.1/24" ])
  ];
  "without containers there is nothing of them" = all [
    (equals nothing.boot.enableContainers false)
    (equals nothing.networking.bridges { })
    (equals nothing.networking.nat.enable false)
    (equals nothing.networking.firewall.filterForward false)
    (holds (!nothing.networking.nftables.tables ? lean-containers) "there is a table for them")
    (equals nothing.services.caddy.virtualHosts { })
    (refusesOnly nothing [ ])
  ];
}
