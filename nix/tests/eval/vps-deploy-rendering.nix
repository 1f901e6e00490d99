# What services.vps-deploy makes of its options: config.json and layout.json, key for key; units, paths, users.
{
  all,
  contains,
  equals,
  holds,
  lib,
  pkgs,
  ...
}:
let
  test = import ../light.nix { inherit lib pkgs; };
  inherit (test) key light withOptions;
  defaults = lib.importJSON ../../vps-deploy/defaults.json;
  # A regular expression must not refer to the store.
  plain = builtins.unsafeDiscardStringContext;
  rendered =
    file: config:
    builtins.fromJSON (
      builtins.unsafeDiscardStringContext config.environment.etc."vps-deploy/${file}".text
    );
  configOf = rendered "config.json";

  # Each key with a value of its own.
  others = {
    repository = {
      url = "ssh://git@example.org/r.git";
      branch = "live";
      flakeDir = "x";
      sshKeyFile = "/run/key";
      knownHostsFile = "/etc/known";
      tokenFile = "";
      submodules = true;
      lfs = true;
    };
    configuration = "other";
    resolve = "evaluate";
    recordedSigners = "/etc/recorded";
    builds = "never";
    substituters = [ "https://cache.example.org" ];
    trustedPublicKeys = [ "c-1:${lib.substring 0 43 test.filled}=" ];
    healthChecks = [
      {
        name = "web";
        command = [
          "curl"
          "-f"
        ];
        timeoutSeconds = 7;
      }
    ];
    settleSeconds = 1;
    minConfirmSeconds = 2;
    maxConfirmSeconds = 3;
    allowRewind = true;
    allowRollback = true;
    allowDiskChanges = true;
    allowVolatileState = true;
    rebootIfRollbackFails = false;
    signedCommits = {
      require = true;
      allowedSignersFile = "/etc/signers";
      gpgKeyring = "/etc/keyring";
    };
    keepDeploys = 4;
    keepBytes = 5;
    maxLogBytes = 6;
    profile = "/nix/var/nix/profiles/other";
    stateDir = "/srv/deploy";
  };

  declared = (test.evaluation [ ]).options.services.vps-deploy;
  own = [
    "authorizedKeyFiles"
    "authorizedKeyLines"
    "authorizedKeys"
    "enable"
    "forcedCommand"
    "keyHint"
    "package"
    "user"
  ];
  services = map (name: "vps-deploy-${name}") [
    "guard"
    "intake"
    "recover"
    "worker"
  ];
  pathsOf =
    config: lib.unique (map (name: map lib.getName config.systemd.services.${name}.path) services);
  asRoot = light [
    {
      services.vps-deploy.user = "root";
      users.users.root.openssh.authorizedKeys.keys = [ "ssh-rsa AAAAadmin admin" ];
    }
  ];
  rootCommand = plain asRoot.services.vps-deploy.forcedCommand;
in
{
  "an option for each key of config.json, and no other" = all [
    (equals (lib.subtractLists own (lib.attrNames declared)) (lib.attrNames defaults))
    (equals (lib.attrNames declared.repository) (lib.attrNames defaults.repository))
    (equals (lib.attrNames declared.signedCommits) (lib.attrNames defaults.signedCommits))
  ];
  "every option says what it is" = all (
    map
      (
        option:
        holds (
          option ? description && (option.internal or false || option.type.description != "unspecified value")
        ) "no description or type: ${lib.showOption option.loc}"
      )
      (
        lib.filter (option: option._type or "" == "option") (
          lib.attrValues declared
          ++ lib.attrValues declared.repository
          ++ lib.attrValues declared.signedCommits
        )
      )
  );
  "what nobody sets is the host half's own default" = equals (configOf (withOptions { })) (
    lib.recursiveUpdate defaults { repository.url = "https://github.com/OWNER/REPOSITORY.git"; }
  );
  "what is set is what is rendered" = all [
    (equals (configOf (withOptions others)) others)
    (equals (lib.filter (name: others.${name} == defaults.${name}) (lib.attrNames defaults)) [
      "resolve"
    ])
  ];
  "checks of several modules come together" =
    equals
      (map (check: check.name)
        (configOf (light [
          { services.vps-deploy.healthChecks = lib.mkBefore others.healthChecks; }
          {
            services.vps-deploy.healthChecks = [
              {
                name = "db";
                command = [ "true" ];
              }
            ];
          }
        ])).healthChecks
      )
      [
        "web"
        "db"
      ];
  "a check may name a program by its place in the store" =
    let
      config = withOptions {
        healthChecks = [
          {
            name = "web";
            command = [ "${pkgs.hello}/bin/hello" ];
          }
        ];
      };
    in
    # Then the file brings the program with it.
    holds (builtins.hasContext
      config.environment.etc."vps-deploy/config.json".text
    ) "the program would not be there";
  "what the initrd opens" = equals (rendered "layout.json" (light [
    {
      boot.initrd.luks.devices.x = {
        name = "crypt";
        device = "/dev/disk/by-uuid/1";
      };
    }
  ])) { luks.crypt = "/dev/disk/by-uuid/1"; };

  "programs on the path of all units" = all [
    (equals (pathsOf (withOptions { })) [
      [
        "coreutils"
        "git"
        "gnupg"
        "openssh"
        "nix"
        "systemd"
      ]
    ])
    (equals (map lib.last (
      pathsOf (withOptions {
        repository.lfs = true;
      })
    )) [ "git-lfs" ])
    (equals (map lib.last (
      pathsOf (light [
        {
          boot.loader.grub = {
            enable = true;
            efiSupport = false;
            devices = [ "/dev/vda" ];
          };
        }
      ])
    )) [ "grub" ])
  ];
  "GRUB that starts from EFI alone is the one that is installed" =
    equals
      (lib.last
        (light [
          {
            boot.loader.grub = {
              enable = true;
              efiSupport = true;
              devices = [ "nodev" ];
            };
          }
        ]).systemd.services.vps-deploy-worker.path
      ).drvPath
      pkgs.grub2_efi.drvPath;
  "nothing else is said about the units" = all (
    map (
      name:
      equals (removeAttrs (withOptions { }).systemd.services.${name} [ "path" ]) {
        restartIfChanged = false;
        wantedBy =
          {
            vps-deploy-recover = [ "multi-user.target" ];
            vps-deploy-guard = [ "sysinit.target" ];
          }
          .${name} or [ ];
      }
    ) services
  );
  "turned off, nothing is left" =
    let
      config = light [ { services.vps-deploy.enable = lib.mkForce false; } ];
    in
    equals
      {
        inherit (config.environment) etc systemPackages;
        inherit (config.systemd) packages services paths;
        inherit (config) assertions warnings;
        users = lib.attrNames config.users.users;
      }
      {
        etc = { };
        systemPackages = [ ];
        packages = [ ];
        services = { };
        paths = { };
        assertions = [ ];
        warnings = [ ];
        users = [ "root" ];
      };

  "as root: one command in front of the key, root's own beside it" =
    equals (map plain asRoot.users.users.root.openssh.authorizedKeys.keys)
      [
        "ssh-rsa AAAAadmin admin"
        ''restrict,command="${rootCommand}" ${key "ci"}''
      ];
  "as root: nothing is done as root, and nothing can be got back" = all (
    map (contains rootCommand) [
      (plain "exec ${pkgs.util-linux}/bin/setpriv --reuid=deploy --regid=deploy --init-groups")
      "--inh-caps=-all --bounding-set=-all --no-new-privs /etc/vps-deploy/bin/vps-deploy"
    ]
    ++ [ (holds (!lib.hasInfix ''"'' rootCommand) "a quote would end the option of the key") ]
  );
  "as root: user deploy is there, and nobody logs in as him" = all [
    (equals asRoot.users.users.deploy.uid 400)
    (equals asRoot.users.users.deploy.openssh.authorizedKeys.keys [ ])
    (equals (asRoot.users.users.deploy.shell or "the default") "the default")
    (equals asRoot.services.openssh.extraConfig "")
  ];
}
