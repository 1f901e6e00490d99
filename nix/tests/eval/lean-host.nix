# The lean host: what survives, who gets in, what is booted, and what it refuses.
{
  all,
  alone,
  contains,
  equals,
  guests,
  holds,
  host,
  lacks,
  lib,
  reference,
  refuses,
  refusesOnly,
  self,
  throws,
  warns,
  warnsOnly,
  ...
}:
let
  ed25519 =
    letter: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${lib.concatStrings (lib.genList (_: letter) 43)}";
  admin = "${ed25519 "A"} admin@laptop";
  deploy = "${ed25519 "B"} ci-deploy";

  small = host [ { lean.admin.keys = [ admin ]; } ];
  nobody = host [
    {
      networking.hostName = "lonely";
      system.configurationRevision = null;
      # It opens no shell.
      services.vps-deploy = {
        enable = true;
        user = "root";
        repository.url = "https://example.org/server.git";
        authorizedKeys = [ deploy ];
      };
    }
  ];
  # Somebody let in without lean.admin, and a loader that is not the default.
  another = host [
    {
      users.users.me = {
        isNormalUser = true;
        extraGroups = [ "wheel" ];
        openssh.authorizedKeys.keys = [ admin ];
      };
      services.openssh.settings.PermitRootLogin = "no";
      boot.loader.systemd-boot.enable = false;
      boot.loader.grub = {
        enable = true;
        devices = [ "/dev/vda" ];
      };
    }
  ];

  # Everything that is wrong about keys, caches and passwords, each in words that only its own refusal has.
  bad = host [
    {
      lean = {
        admin = {
          keys = [
            "CHANGE_ME"
            admin
          ];
          keyFiles = [ ./no-such-key.pub ];
        };
        caches =
          map (url: {
            inherit url;
            publicKeys = [ "k-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=" ];
          }) bad-urls
          ++ [
            { url = "https://keyless.example.org"; }
            { url = "https://me:hunter2@keyless-too.example.org"; }
            { url = "https://one.example.org https://two.example.org"; }
            {
              url = "https://cut-off.example.org";
              publicKeys = [ "cut-off-1:6NCHdD59X431o0gWypb" ];
            }
            {
              url = "https://secret.example.org";
              publicKeys = [ "secret-1:${lib.concatStrings (lib.genList (_: "A") 86)}==" ];
            }
          ];
        netrcFile = ./lean-host.nix;
      };
      services.openssh.settings.PermitRootLogin = "forced-commands-only";
      services.vps-deploy = {
        enable = true;
        repository.url = "https://example.org/server.git";
        authorizedKeys = [ "${ed25519 "A"} the-same-key" ];
      };
    }
  ];
  bad-urls = [
    "https://cache.garnix.io"
    "https://Cache.Garnix.IO/x"
    "cache.example.org"
    "https://me:hunter2@private.example.org"
    "https://twice.example.org"
    "https://twice.example.org"
  ];

  good = host [
    {
      lean = {
        admin.keys = [ admin ];
        caches = [
          {
            url = "https://cache.example.org";
            publicKeys = [ "example-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=" ];
          }
          { url = "http://10.0.0.9?trusted=true"; }
          { url = "https://cache.nixos.org"; }
        ];
        netrcFile = "/run/secrets/netrc";
        disk = {
          device = "/dev/nvme0n1";
          espSize = "2G";
          rootSize = "512M";
        };
      };
      services.vps-deploy = {
        enable = true;
        repository.url = "https://example.org/server.git";
        authorizedKeys = [ deploy ];
      };
      # Users of the module may decide otherwise.
      boot.loader.systemd-boot.bootCounting.enable = false;
      nix.gc.automatic = true;
    }
  ];

  # The module by itself, without the others, on a host with file systems of its own.
  byItself =
    modules: alone ([ self.nixosModules.lean-host ] ++ modules ++ [ { lean.admin.keys = [ admin ]; } ]);
  diskless = byItself [ ];
  ownDisks = byItself [
    {
      fileSystems = lib.genAttrs [ "/boot" "/nix" "/persistent" ] (where: {
        device = "/dev/disk/by-label/${baseNameOf where}";
        fsType = "ext4";
        neededForBoot = where != "/boot";
      });
    }
  ];

  persisted = config: map (it: it.dirPath) config.environment.persistence."/persistent".directories;
  isPersisted = config: path: holds (lib.elem path (persisted config)) "${path} is not persisted";
  ssh = reference.services.openssh;
  boot = reference.boot.loader.systemd-boot;
  consoles = config: lib.filter (lib.hasPrefix "console=") config.boot.kernelParams;
  # As it is before the set-up command has run, also where keys are committed.
  bare = host [
    {
      networking.hostName = "bare";
      system.configurationRevision = null;
      services.vps-deploy = {
        enable = true;
        repository.url = "https://example.org/server.git";
      };
      lean.containers.bot = {
        id = 10;
        module.lean.secrets.token.services = [ "bot" ];
      };
    }
  ];
  is = unit: {
    name = unit;
    command = [
      "systemctl"
      "is-active"
      unit
    ];
    timeoutSeconds = 30;
  };
in
{
  "a host with a disk and a key is refused and warned about by nobody" = all [
    (refusesOnly small [ ])
    (warnsOnly small [ ])
  ];
  "the module works by itself, on file systems of its own" = all [
    (refusesOnly ownDisks [ ])
    (warnsOnly ownDisks [ ])
  ];
  "everything it can be told is taken" = refusesOnly good [ ];

  "a host without a disk is told to name one" =
    refuses diskless "This host has no disk: set lean.disk.device";
  "a disk that is no device is refused by its type" = throws (
    (host [ { lean.disk.device = "sda"; } ]).lean.disk.device
  );
  "a size without a unit is refused by its type" = throws (
    (host [ { lean.disk.espSize = "1024"; } ]).lean.disk.espSize
  );

  "/ is memory; /nix, /persistent and the ESP are of the disk" = all [
    (equals reference.fileSystems."/".fsType "tmpfs")
    (equals reference.fileSystems."/nix".fsType "btrfs")
    (equals reference.fileSystems."/persistent".fsType "btrfs")
    (equals reference.fileSystems."/boot".fsType "vfat")
    (equals reference.fileSystems."/persistent".neededForBoot true)
    (equals reference.disko.devices.disk.main.content.partitions.ESP.size "1G")
  ];
  "partitions are found under names that no later change of the device moves" = all [
    (contains reference.fileSystems."/nix".device "/dev/disk/by-partlabel/disk-main-system")
    (equals good.fileSystems."/nix".device reference.fileSystems."/nix".device)
  ];
  "the sizes are those that were asked for" = all [
    (equals good.disko.devices.disk.main.content.partitions.ESP.size "2G")
    (contains (toString good.fileSystems."/".options) "size=512M")
  ];

  "what must survive a boot does" = all (
    map (isPersisted reference) [
      "/var/lib/nixos"
      "/var/lib/systemd"
      "/var/log"
      "/var/lib/private"
      "/root"
      "/var/lib/caddy"
      "/var/lib/vps-deploy"
    ]
    ++ [
      (equals (map (it: it.filePath) reference.environment.persistence."/persistent".files) [
        "/etc/machine-id"
      ])
    ]
  );
  "the state of containers survives where there are any, and only there" = all [
    (holds (
      lib.elem "/var/lib/nixos-containers" (persisted reference) == (guests reference != { })
    ) "it does not go with the containers of the reference server")
    (holds (
      !lib.elem "/var/lib/nixos-containers" (persisted small)
    ) "it is persisted without containers")
  ];
  "systemd finds /var/lib/private closed" =
    equals
      (lib.head (
        lib.filter (
          it: it.dirPath == "/var/lib/private"
        ) reference.environment.persistence."/persistent".directories
      )).mode
      "0700";

  "the host key is the one that the installation brings, for sshd and for secrets" = all [
    (equals (map (it: it.path) ssh.hostKeys) [ "/persistent/etc/ssh/ssh_host_ed25519_key" ])
    (equals reference.sops.age.sshKeyPaths [ "/persistent/etc/ssh/ssh_host_ed25519_key" ])
    (equals reference.sops.gnupg.sshKeyPaths [ ])
  ];
  "sshd takes keys only, and only those in /etc" = all [
    (equals ssh.settings.PasswordAuthentication false)
    (equals ssh.settings.KbdInteractiveAuthentication false)
    (equals ssh.settings.PermitRootLogin "prohibit-password")
    (equals ssh.settings.AuthenticationMethods "publickey")
    (equals ssh.authorizedKeysFiles [ "/etc/ssh/authorized_keys.d/%u" ])
  ];

  "root is let in with the admin's keys, and with no other" = all [
    (equals small.users.users.root.openssh.authorizedKeys.keys [ admin ])
    (equals small.users.users.root.openssh.authorizedKeys.keyFiles [ ])
    (equals small.users.mutableUsers false)
  ];
  "a host that nobody can log in to builds, and says which command to run" = all [
    (refusesOnly nobody [ ])
    (warnsOnly nobody [ "Nobody can log in to lonely" ])
    # Where that command is called from differs: ./nix#secrets-init here, .#secrets-init in the template.
    (warns nobody "run secrets-init with `--admin-key")
  ];
  "a host that lets in somebody else than root is warned about by nobody" = all [
    (refusesOnly another [ ])
    (warnsOnly another [ ])
    (equals another.users.allowNoPasswordLogin false)
  ];
  "admins whom sshd would not let in as root are not locked out" =
    refuses bad ''PermitRootLogin is "forced-commands-only", so they would be locked out'';
  "a host without any key or secret says in one warning what to do" = warnsOnly bare [
    "Nobody can log in to bare or deploy to it: lean.admin.keys and lean.admin.keyFiles name no key."
  ];
  "a placeholder among the admin's keys is refused" = refuses bad "lean.admin.keys: entry 1";
  "a key file that is not there is refused by name" = refuses bad "no-such-key.pub does not exist";
  "a deploy key that opens root's shell as well is refused" =
    refuses bad "is also one of services.vps-deploy";

  "caches are asked in their order, before cache.nixos.org" =
    equals (lib.take 2 good.nix.settings.substituters)
      [
        "https://cache.example.org"
        "http://10.0.0.9?trusted=true"
      ];
  "their keys count, and that of cache.nixos.org" = all [
    (holds (lib.any (lib.hasPrefix "example-1:6NCHdD59X431") good.nix.settings.trusted-public-keys) "no")
    (holds (lib.any (lib.hasPrefix "cache.nixos.org-1:") good.nix.settings.trusted-public-keys) "NixOS's does not")
  ];
  "the file of passwords is named, not read" =
    equals good.nix.settings.netrc-file "/run/secrets/netrc";
  "no cache is named that nobody asked for" = equals small.nix.settings.substituters [
    "https://cache.nixos.org/"
  ];
  "the cache of the hosted garnix.io is refused, with the day it ended" = all [
    (refuses bad "\"https://cache.garnix.io\" is gone: the hosted garnix.io ended on 2026-07-15")
    (refuses bad "\"https://Cache.Garnix.IO/x\" is gone")
  ];
  "a cache that is no URL is refused" = all [
    (refuses bad "\"cache.example.org\" is no URL of a binary cache")
    (refuses bad "https://two.example.org\" is no URL of a binary cache")
  ];
  "a cache without a key is refused" =
    refuses bad "\"https://keyless.example.org\" has no publicKeys";
  "a cache with half a key is refused" =
    refuses bad "\"https://cut-off.example.org\" has \"cut-off-1:";
  "a secret key is refused, and not repeated" = all [
    (refuses bad "\"https://secret.example.org\" has a secret key among its publicKeys")
    (lacks (toString (
      map (it: it.message) (lib.filter (it: !it.assertion) bad.assertions)
    )) "secret-1:AAAA")
  ];
  "a password in a URL is refused, and not repeated" = all [
    (refuses bad "the URL of private.example.org holds a password")
    (lacks (toString (map (it: it.message) (lib.filter (it: !it.assertion) bad.assertions))) "hunter2")
  ];
  "a cache that is named twice is refused" =
    refuses bad "a cache of twice.example.org is named twice";
  "a file of passwords in the store is refused" = refuses bad "lean.netrcFile:";

  "boot entries are bounded, cannot be edited, and are counted" = all [
    (equals boot.configurationLimit 5)
    (equals boot.editor false)
    (equals boot.bootCounting.enable true)
    (equals reference.systemd.services.boot-assessment.requiredBy [ "boot-complete.target" ])
    (equals (good.systemd.services ? boot-assessment) false)
    (equals another.boot.loader.grub.configurationLimit 5)
    (equals (another.systemd.services ? boot-assessment) false)
  ];
  "disks of LVM are found where the layout is another's" = all [
    (equals ownDisks.boot.initrd.services.lvm.enable true)
    (equals reference.services.lvm.enable false)
  ];
  "a machine that panics or does not find its disks comes back by itself" = equals (lib.subtractLists
    reference.boot.kernelParams
    [
      "panic=30"
      "boot.panic_on_fail"
      "systemd.crash_action=reboot"
    ]
  ) [ ];
  "the console of the platform is the last one" = all [
    (equals (lib.last (consoles reference)) "console=ttyAMA0,115200")
    (equals (lib.last (consoles small)) "console=ttyAMA0,115200")
  ];

  "rubbish is collected by one of the two, and keeps as many systems as the menu shows" = all [
    (contains reference.programs.nh.clean.extraArgs "--keep 5 ")
    (equals reference.programs.nh.clean.enable true)
    (equals reference.nix.gc.automatic false)
    (equals good.programs.nh.clean.enable false)
  ];
  "nix trusts root alone, and compiles nothing because a cache failed" = all [
    (equals reference.nix.settings.trusted-users [ "root" ])
    (equals reference.nix.settings.fallback false)
    (equals (lib.subtractLists reference.nix.settings.experimental-features [
      "nix-command"
      "flakes"
    ]) [ ])
  ];

  "deploys are judged by SSH and Caddy" = equals good.services.vps-deploy.healthChecks [
    (is "sshd")
    (is "caddy")
  ];
  "a build for a deploy is behind what the server is for" = all [
    (equals good.systemd.services.vps-deploy-worker.serviceConfig.CPUWeight 20)
    (equals (small.systemd.services ? vps-deploy-worker) false)
  ];
  "nothing but SSH and Caddy is open to the world" = all [
    (equals (lib.sort lib.lessThan reference.networking.firewall.allowedTCPPorts) [
      22
      80
      443
    ])
    (equals reference.networking.firewall.allowedUDPPorts [ 443 ])
    (equals reference.networking.firewall.enable true)
    (equals reference.networking.nftables.enable true)
  ];
}
