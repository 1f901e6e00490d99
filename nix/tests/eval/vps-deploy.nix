# services.vps-deploy in a whole NixOS: the server of the README, one with other settings of sshd, one all wrong.
{
  all,
  alone,
  contains,
  equals,
  holds,
  inputs,
  lacks,
  lib,
  pkgs,
  reference,
  refusesOnly,
  self,
  warnsOnly,
  ...
}:
let
  inherit (import ../light.nix { inherit lib pkgs; }) key;
  ofReadme =
    ((import ../readme/flake.nix).outputs {
      self.rev = "0123456789abcdef0123456789abcdef01234567";
      inherit (inputs) nixpkgs;
      nix-vps = self;
    }).nixosConfigurations.my-server;
  fromReadme = ofReadme.config;
  small = (ofReadme.extendModules { modules = [ ../readme/recorded.nix ]; }).config;
  full = alone [
    self.nixosModules.vps-deploy
    {
      boot.initrd.luks.devices.crypt.device = "/dev/disk/by-uuid/1";
      networking.useDHCP = false;
      services.openssh = {
        enable = true;
        authorizedKeysInHomedir = true;
        extraConfig = lib.mkAfter ''
          Match Group sftponly
            AllowTcpForwarding yes
        '';
      };
      services.vps-deploy = {
        enable = true;
        repository.url = "git@example.org:o/r.git";
        user = "deploy";
      };
    }
  ];
  asRoot = alone [
    self.nixosModules.vps-deploy
    {
      fileSystems."/" = {
        device = "none";
        fsType = "tmpfs";
      };
      services.openssh.enable = false;
      services.openssh.settings.PermitRootLogin = "no";
      services.vps-deploy = {
        enable = true;
        user = "root";
        authorizedKeys = [
          (key "ci")
          "CHANGE_ME"
        ];
      };
      users.users.root.openssh.authorizedKeys.keyFiles = [
        ../keys/admin.pub
      ];
    }
  ];
  unit = name: fromReadme.systemd.units.${name}.text;
  block = lib.last (lib.splitString "Match User deploy\n" full.services.openssh.extraConfig);
  line = lib.head user.openssh.authorizedKeys.keys;
  user = fromReadme.users.users.deploy;
in
{
  "the server of the README is right, and whole" = all [
    (refusesOnly fromReadme [ ])
    (warnsOnly fromReadme [ ])
    (holds (lib.hasSuffix ".drv" fromReadme.system.build.toplevel.drvPath) "it has no system")
  ];
  "its server that evaluates nothing is right, and whole" = all [
    (refusesOnly small [ ])
    (warnsOnly small [ ])
    (contains small.environment.etc."vps-deploy/config.json".text ''"resolve":"recorded"'')
    (contains small.environment.etc."vps-deploy/config.json".text ''"recordedSigners":"/nix/store/'')
    (holds (lib.hasSuffix ".drv" small.system.build.toplevel.drvPath) "it has no system")
  ];
  "it renders what it says" = all [
    (contains fromReadme.environment.etc."vps-deploy/config.json".text ''"configuration":"my-server"'')
    (contains line ''restrict,command="PATH=/run/current-system/sw/bin exec /etc/vps-deploy/bin/vps-deploy" '')
    (contains line "\" ssh-ed25519 AAAA")
  ];
  "user deploy" = all [
    (equals user.uid 400)
    (equals fromReadme.users.groups.deploy.gid 400)
    (equals user.home "/var/empty")
    (equals user.createHome false)
    (equals user.isSystemUser true)
    (equals user.extraGroups [ ])
    (holds (lib.hasSuffix "/bin/bash" user.shell) "its shell is ${user.shell}")
  ];
  "units add to those of the package, and replace none of their lines" = all (
    map (name: equals fromReadme.systemd.units."vps-deploy-${name}".overrideStrategy "asDropinIfExists")
      [
        "intake.path"
        "worker.path"
        "intake.service"
        "worker.service"
        "recover.service"
        "guard.service"
      ]
    ++
      lib.concatMap
        (name: [
          (lacks (unit "vps-deploy-${name}.service") "ExecStart=")
          (lacks (unit "vps-deploy-${name}.service") "Type=")
          (contains (unit "vps-deploy-${name}.service") "X-RestartIfChanged=false")
        ])
        [
          "intake"
          "worker"
          "recover"
          "guard"
        ]
    ++ [
      (equals fromReadme.systemd.units."vps-deploy-intake.path".wantedBy [ "multi-user.target" ])
      (equals fromReadme.systemd.units."vps-deploy-worker.path".wantedBy [ "multi-user.target" ])
      (equals fromReadme.systemd.units."vps-deploy-recover.service".wantedBy [ "multi-user.target" ])
      (equals fromReadme.systemd.units."vps-deploy-guard.service".wantedBy [ "sysinit.target" ])
      (equals fromReadme.systemd.units."vps-deploy-intake.service".wantedBy [ ])
      (equals fromReadme.systemd.units."vps-deploy-worker.service".wantedBy [ ])
    ]
  );
  "nothing gives a unit mounts of its own" = all (
    lib.concatMap
      (
        name:
        map (lacks (unit "vps-deploy-${name}.service")) [
          "Private"
          "Protect"
          "Paths="
          "TemporaryFileSystem"
          "Directory="
          "DynamicUser"
          "Root"
        ]
      )
      [
        "intake"
        "worker"
        "recover"
        "guard"
      ]
  );

  "every warning of a bare host, once" = warnsOnly full [
    "no key may ask for deploys"
    "this system does not say which commit it was built from"
    "no network is configured"
    ''programs.ssh.knownHosts."example.org".publicKey''
  ];
  "what others write to sshd_config ends before the block, which is ended itself" = all [
    (refusesOnly full [ ])
    (holds (lib.hasSuffix "\nMatch all\n" block) "it ends with: ${block}")
    (lacks block "Group sftponly")
    (contains full.services.openssh.extraConfig "Match Group sftponly")
    (contains block "  AuthorizedKeysFile /etc/ssh/authorized_keys.d/%u\n")
    (contains block "  ForceCommand PATH=/run/current-system/sw/bin exec /etc/vps-deploy/bin/vps-deploy\n")
    (holds (lib.any (
      check: lib.getName check == "check-sshd-config-for-deploys"
    ) full.system.checks) "nothing looks whether it counts")
  ];
  "the mapping of the initrd" = equals (builtins.fromJSON
    full.environment.etc."vps-deploy/layout.json".text
  ) { luks.crypt = "/dev/disk/by-uuid/1"; };
  "everything that is wrong is said at once" = refusesOnly asRoot [
    "enable needs services.openssh.enable"
    "repository.url is not set"
    "services.vps-deploy.authorizedKeys: entry 2 is still a placeholder"
    "a key that may only deploy is root's own as well"
    ''services.openssh.settings.PermitRootLogin is "no"''
    "stateDir is /var/lib/vps-deploy, which does not survive"
    "profile is /nix/var/nix/profiles/system, which does not survive"
    "enable needs a Nix store that survives"
  ];
  "as root, the session of who is gone ends for all" =
    equals asRoot.services.openssh.settings.ClientAliveInterval 15;

  "the reference server keeps its state" = all [
    (holds reference.services.vps-deploy.enable "it is not enabled")
    (equals reference.services.vps-deploy.allowVolatileState false)
  ];
}
