# Every value that services.vps-deploy refuses or warns about, and that the rest of the host is as it needs it.
{
  all,
  contains,
  equals,
  lib,
  pkgs,
  throws,
  warnsOnly,
  refusesOnly,
  ...
}:
let
  inherit (import ../light.nix { inherit lib pkgs; })
    evaluate
    good
    key
    light
    withOptions
    ;
  asRoot =
    host:
    light [
      { services.vps-deploy.user = "root"; }
      host
    ];
  refused = sentence: options: refusesOnly (withOptions options) [ sentence ];
  warned =
    sentence: options:
    all [
      (refusesOnly (withOptions options) [ ])
      (warnsOnly (withOptions options) [ sentence ])
    ];
  fine =
    options:
    all [
      (refusesOnly (withOptions options) [ ])
      (warnsOnly (withOptions options) [ ])
    ];
  on = host: refusesOnly (light [ host ]);
  fineOn =
    host:
    all [
      (on host [ ])
      (warnsOnly (light [ host ]) [ ])
    ];
  wrong =
    options:
    let
      config = withOptions options;
      accepted = throws [
        config.environment.etc."vps-deploy/config.json".text
        config.services.vps-deploy.forcedCommand
      ];
    in
    if accepted == true then
      true
    else
      "${lib.generators.toPretty { multiline = false; } options}: ${accepted}";

  url = address: { repository.url = address; };
  withKnownHost.repository.knownHostsFile = "/etc/ssh/ssh_known_hosts";
  cacheKey = "cache.example.org-1:${lib.concatStrings (lib.genList (_: "A") 43)}=";
  check = name: {
    inherit name;
    command = [ "true" ];
  };
  address = family: {
    networking.interfaces.eth0 = {
      useDHCP = null;
      ipv4.addresses = [ ];
      ipv6.addresses = [ ];
    }
    // {
      ${family}.addresses = [ { address = "some"; } ];
    };
  };
  older.package = pkgs.hello // {
    resolves = [ "evaluate" ];
  };
in
{
  "the defaults are fine" = fine { };

  "no address" = refused "repository.url is not set" (url "");
  "http" = refused "repository.url goes by http, but only https and ssh" (
    url "http://example.org/r.git"
  );
  "git's own protocol" = refused "repository.url goes by git," (url "git://example.org/r.git");
  "a directory" = refused "repository.url goes by file," (url "/srv/r.git");
  "a directory as an address" = refused "repository.url goes by file," (url "file:///srv/r.git");
  "a directory where the worker may fetch from one" = fineOn {
    services.vps-deploy = url "file:///srv/r.git";
    systemd.services.vps-deploy-worker.environment.VPS_DEPLOY_GIT_PROTOCOLS = "file";
  };
  "a flake reference" = refused "repository.url is a flake reference" (url "github:o/r");
  "a flake reference of git" = refused "repository.url goes by git+https" (
    url "git+https://example.org/r.git"
  );
  "a password in the address" = refused "repository.url holds a password or a token" (
    url "https://me:secret@example.org/r.git"
  );
  "a token in the address" = refused "repository.url holds a password or a token" (
    url "https://token@example.org/r.git"
  );
  "ssh" = fine {
    repository = withKnownHost.repository // (url "ssh://git@example.org:2222/r.git").repository;
  };
  "ssh, the short form" = fine {
    repository = withKnownHost.repository // (url "git@example.org:o/r.git").repository;
  };
  "ssh to a server nobody knows" = warned ''programs.ssh.knownHosts."example.org".publicKey'' (
    url "git@example.org:o/r.git"
  );
  "ssh to a server nobody knows, with user and port" =
    warned ''programs.ssh.knownHosts."example.org".publicKey'' (
      url "ssh://git@example.org:2222/o/r.git"
    );
  "ssh to a server the host knows" = fineOn {
    services.vps-deploy = url "git@example.org:o/r.git";
    programs.ssh.knownHosts.forge.hostNames = [ "example.org" ];
  };
  "ssh to a server that a file may know" = fineOn {
    services.vps-deploy = url "git@example.org:o/r.git";
    programs.ssh.knownHostsFiles = [ "/known_hosts" ];
  };
  "branches" = all (
    map (name: fine { repository.branch = name; }) [
      "main"
      "release/26.05"
      "a_b-c"
      "größer"
    ]
    ++ map (name: refused "repository.branch is" { repository.branch = name; }) [
      ""
      "-x"
      "refs/heads/main"
      "a b"
      "a..b"
      "a/"
      "a.lock"
      "a~1"
      "HEAD^"
      "@{u}"
    ]
  );
  "where the flake is" = all (
    map (name: fine { repository.flakeDir = name; }) [
      "."
      ""
      "nix"
      "hosts/a"
      "a..b"
    ]
    ++ map (name: refused "repository.flakeDir is" { repository.flakeDir = name; }) [
      "/nix"
      "../x"
      "a/../b"
    ]
  );
  "a token for ssh" = refused "repository.tokenFile does nothing for an address by ssh" {
    repository = withKnownHost.repository // {
      url = "git@example.org:o/r.git";
      tokenFile = "/run/secrets/token";
    };
  };
  "a token for https" = fine { repository.tokenFile = "/run/secrets/token"; };
  "files have absolute paths" =
    refusesOnly
      (withOptions {
        repository = {
          sshKeyFile = "key";
          tokenFile = "token";
          knownHostsFile = "known_hosts";
        };
        recordedSigners = "recorded";
        signedCommits = {
          require = true;
          allowedSignersFile = "signers";
          gpgKeyring = "keyring";
        };
      })
      [
        ''repository.sshKeyFile is "key"''
        ''repository.tokenFile is "token"''
        ''repository.knownHostsFile is "known_hosts"''
        ''recordedSigners is "recorded"''
        ''signedCommits.allowedSignersFile is "signers"''
        ''signedCommits.gpgKeyring is "keyring"''
      ];
  "secrets are not in the store" =
    refusesOnly
      (withOptions {
        repository.sshKeyFile = builtins.toFile "key" "";
        # A path, as ./token is one.
        repository.tokenFile = /. + builtins.unsafeDiscardStringContext (builtins.toFile "token" "");
      })
      [
        "repository.sshKeyFile lies in the Nix store"
        "repository.tokenFile lies in the Nix store"
      ];
  "what everybody may read comes from the configuration" =
    let
      config = withOptions { repository.knownHostsFile = ./vps-deploy-options.nix; };
    in
    all [
      (fine { repository.knownHostsFile = ./vps-deploy-options.nix; })
      (contains config.environment.etc."vps-deploy/config.json".text ''-vps-deploy-options.nix"'')
    ];

  "a confirm that no deploy could wait for" =
    refused "minConfirmSeconds (700) is above maxConfirmSeconds (600)"
      {
        minConfirmSeconds = 700;
      };
  "as long as the longest" = fine { minConfirmSeconds = 600; };
  "two checks of one name" = refused "healthChecks: more than one is called web." {
    healthChecks = [
      (check "web")
      (check "db")
      (check "web")
    ];
  };
  "values of another kind" = all (
    map wrong [
      { minConfirmSeconds = -1; }
      { settleSeconds = "5"; }
      { configuration = "a b"; }
      { configuration = ""; }
      { builds = "sometimes"; }
      { resolve = "guess"; }
      { user = "admin"; }
      { healthChecks = [ { name = "web"; } ]; }
      { healthChecks = [ (check "") ]; }
      { healthChecks = [ (check "web" // { command = [ ]; }) ]; }
      { healthChecks = [ (check "web" // { command = "true"; }) ]; }
      { healthChecks = [ (check "web" // { timeoutSeconds = 0; }) ]; }
      { healthChecks = [ (check "web" // { shell = true; }) ]; }
      { substituters = [ "a b" ]; }
      { trustedPublicKeys = [ "nobody" ]; }
      { repository.brunch = "main"; }
      { unknown = 1; }
    ]
  );

  "resolving that the programs do not know" = refused ''resolve is "recorded", which this version'' (
    older
    // {
      resolve = "recorded";
      recordedSigners = "/etc/signers";
    }
  );
  "resolving that they know" = fine {
    resolve = "recorded";
    recordedSigners = "/etc/signers";
  };
  "recorded by anybody" = warned "recordedSigners is not set: whoever may push" {
    resolve = "recorded-or-evaluate";
  };
  "signatures of nobody" =
    refused "signedCommits.require is set, but nobody's signature would count"
      {
        signedCommits.require = true;
      };
  "signatures nobody asks for" = warned "set signedCommits.require" {
    signedCommits.gpgKeyring = "/etc/keys.asc";
  };
  "signatures" = fine {
    signedCommits.require = true;
    signedCommits.allowedSignersFile = "/etc/signers";
  };
  "a cache without a key" = warned "no key of theirs is trusted" {
    substituters = [ "https://cache.example.org" ];
  };
  "a cache and its key" = fine {
    substituters = [ "https://cache.example.org" ];
    trustedPublicKeys = [ cacheKey ];
  };
  "a cache whose key all of Nix trusts" = fineOn {
    services.vps-deploy.substituters = [ "https://cache.example.org" ];
    nix.settings.trusted-public-keys = [ cacheKey ];
  };
  "the key of another cache" = warnsOnly (light [
    {
      services.vps-deploy.substituters = [ "https://cache.example.org" ];
      nix.settings.trusted-public-keys = [ "cache.nixos.org-1:x" ];
    }
  ]) [ "no key of theirs is trusted" ];
  "a cache where no signatures are asked for" = fineOn {
    services.vps-deploy.substituters = [ "https://cache.example.org" ];
    nix.settings.require-sigs = false;
  };
  "a password in the address of a cache" = refused "substituters holds a password" {
    substituters = [ "https://me:secret@cache.example.org" ];
    trustedPublicKeys = [ cacheKey ];
  };
  "a cache that is no more" = warned "cache.garnix.io, which ended on 2026-07-15" {
    substituters = [ "https://cache.garnix.io" ];
    trustedPublicKeys = [ cacheKey ];
  };

  "no sshd" = on { services.openssh.enable = false; } [ "needs services.openssh.enable" ];
  "no nix" = on { nix.enable = false; } [ "needs nix.enable" ];
  "no switch" = on { system.switch.enable = false; } [ "needs system.switch.enable" ];
  "kept out by users" = all [
    (on { services.openssh.settings.AllowUsers = [ "root" ]; } [
      "user deploy is kept out by AllowUsers"
    ])
    (on { services.openssh.settings.DenyUsers = [ "deploy" ]; } [
      "user deploy is kept out by AllowUsers"
    ])
    (fineOn {
      services.openssh.settings.AllowUsers = [
        "root"
        "deploy"
      ];
    })
    (fineOn {
      services.openssh.settings.AllowUsers = [ "deploy@192.0.2.*" ];
      services.openssh.settings.DenyUsers = [ "*@198.51.100.*" ];
    })
    (refusesOnly (asRoot { services.openssh.settings.AllowUsers = [ "me" ]; }) [
      "user root is kept out by AllowUsers"
    ])
  ];
  "kept out by groups" = all [
    (on { services.openssh.settings.AllowGroups = [ "wheel" ]; } [
      "user deploy is kept out by AllowGroups"
    ])
    (on { services.openssh.settings.DenyGroups = [ "deploy" ]; } [
      "user deploy is kept out by AllowGroups"
    ])
    (fineOn { services.openssh.settings.AllowGroups = [ "deploy" ]; })
  ];
  "no commit" = warnsOnly (evaluate [ good ]) [
    "this system does not say which commit it was built from"
  ];
  "no commit, said by the flake" = fineOn { system.configurationRevision = null; };
  "nobody to ask for the commit" =
    warnsOnly (light [ { system.tools.nixos-version.enable = false; } ])
      [
        "system.tools.nixos-version.enable"
      ];
  "no network" = warnsOnly (light [ { networking.useDHCP = false; } ]) [ "no network is configured" ];
  "networks" = all (
    map
      (
        host:
        fineOn {
          imports = [
            { networking.useDHCP = false; }
            host
          ];
        }
      )
      [
        { systemd.network.enable = true; }
        { networking.networkmanager.enable = true; }
        { networking.ifstate.enable = true; }
        { services.connman.enable = true; }
        { boot.isContainer = true; }
        (address "ipv4")
        (address "ipv6")
        {
          networking.interfaces.eth0 = {
            useDHCP = true;
            ipv4.addresses = [ ];
            ipv6.addresses = [ ];
          };
        }
      ]
  );

  "as root, without root" =
    refusesOnly (asRoot { services.openssh.settings.PermitRootLogin = "no"; })
      [
        ''user is "root", but services.openssh.settings.PermitRootLogin is "no"''
      ];
  "as root, beside root's own keys" =
    let
      config = asRoot {
        users.users.root.openssh.authorizedKeys.keys = [ (key "admin-with-another-key") ];
      };
    in
    refusesOnly config [ "a key that may only deploy is root's own as well" ];
}
