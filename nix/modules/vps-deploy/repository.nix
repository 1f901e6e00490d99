# Where the commits come from.
{ config, lib, ... }:
let
  inherit (import ./common.nix lib)
    absolute
    defaults
    flagOf
    must
    notInStore
    optionOf
    publicFile
    secretFile
    warnIf
    ;
  cfg = config.services.vps-deploy;
  inherit (cfg) repository;
  inherit (repository) url;
  option = optionOf defaults.repository;

  scheme = builtins.match "([A-Za-z0-9+.-]+)://.*" url;
  # git's own short form, user@host:path; Nix has one that looks alike.
  isShort =
    scheme == null && builtins.match "([^@:/[:space:]]+@)?[^@:/[:space:]]+:[^[:space:]]+" url != null;
  isFlakeReference =
    scheme == null && builtins.match "(github|gitlab|sourcehut|path|flake):.*" url != null;
  protocol =
    if scheme != null then
      lib.head scheme
    else if isShort then
      "ssh"
    else
      "file";
  # A test may have the worker fetch from a directory: what its unit allows counts here as well.
  extra = config.systemd.services.vps-deploy-worker.environment.VPS_DEPLOY_GIT_PROTOCOLS or "";
  protocols = [
    "https"
    "ssh"
  ]
  ++ lib.splitString ":" extra;
  holdsSecret =
    builtins.match "[A-Za-z0-9+.-]+://[^/@]*:[^/@]*@.*" url != null
    || builtins.match "https?://[^/@]+@.*" url != null;

  server = builtins.match "([A-Za-z0-9+.-]+://)?([^/@]*@)?(\\[[^]]*]|[^/:]+).*" url;
  knownServers = lib.concatMap (known: known.hostNames) (
    lib.attrValues config.programs.ssh.knownHosts
  );
  isKnown =
    repository.knownHostsFile != ""
    || config.programs.ssh.knownHostsFiles != [ ]
    || server == null
    || lib.elem (lib.elemAt server 2) knownServers;

  isBranch =
    builtins.match "[^[:space:][:cntrl:]~^:?*\\[]+" repository.branch != null
    &&
      builtins.match "-.*|/.*|refs/.*|.*[.]|.*/|.*[.]lock|.*[.][.].*|.*@[{].*" repository.branch == null;
  isInside =
    !lib.hasPrefix "/" repository.flakeDir && !lib.elem ".." (lib.splitString "/" repository.flakeDir);

  secrets = {
    "repository.sshKeyFile" = repository.sshKeyFile;
    "repository.tokenFile" = repository.tokenFile;
  };
in
{
  options.services.vps-deploy.repository = {
    url = option "url" {
      type = lib.types.str;
      example = "https://github.com/OWNER/REPOSITORY.git";
      description = "Address of the repository, by https or ssh (`ssh://…`, or `git@host:path`).";
    };
    branch = option "branch" {
      type = lib.types.str;
      description = "Only commits on this branch are deployed.";
    };
    flakeDir = option "flakeDir" {
      type = lib.types.str;
      example = ".";
      description = "Where in the repository `flake.nix` is: a relative path, `.` for its root.";
    };
    sshKeyFile = option "sshKeyFile" {
      type = secretFile;
      example = "/run/secrets/deploy-repository";
      description = "File on the host with the private key to read the repository with; only root may read it.";
    };
    knownHostsFile = option "knownHostsFile" {
      type = publicFile;
      example = lib.literalExpression "./known_hosts";
      description = ''
        The `known_hosts` lines of an ssh server. Those of `programs.ssh.knownHosts` count without it; a server that
        neither knows is not believed.
      '';
    };
    tokenFile = option "tokenFile" {
      type = secretFile;
      example = "/run/secrets/deploy-token";
      description = "File on the host with a token to read the repository by https; only root may read it.";
    };
    submodules = flagOf defaults.repository "submodules" ''
      Whether the flake needs the repository's submodules. Nix then fetches the commit itself, besides the mirror.
    '';
    lfs =
      flagOf defaults.repository "lfs"
        "The same for git LFS, which needs Nix 2.27 and adds git-lfs to the worker.";
  };

  config = lib.mkIf cfg.enable {
    assertions =
      absolute (secrets // { "repository.knownHostsFile" = repository.knownHostsFile; })
      ++ notInStore secrets
      ++ [
        (must (url != "") (
          "repository.url is not set: give the address of the repository that this host is built from, such as "
          + "\"https://github.com/OWNER/REPOSITORY.git\"."
        ))
        (must (url == "" || !isFlakeReference) (
          "repository.url is a flake reference: git has to understand it. Give an address such as "
          + "\"https://github.com/OWNER/REPOSITORY.git\"."
        ))
        (must (url == "" || isFlakeReference || lib.elem protocol protocols) (
          "repository.url goes by ${protocol}, but only https and ssh are possible: what comes by others could be "
          + "changed on the way. Give an address such as \"https://github.com/OWNER/REPOSITORY.git\"."
        ))
        (must (!holdsSecret) (
          "repository.url holds a password or a token, which everybody on the host could read: put it into a file "
          + "that only root may read, and name that in repository.tokenFile."
        ))
        (must isBranch (
          "repository.branch is \"${repository.branch}\": give the name of a branch alone, such as \"main\"."
        ))
        (must isInside (
          "repository.flakeDir is \"${repository.flakeDir}\": give the path of the directory with flake.nix from "
          + "the root of the repository, such as \"nix\", or \".\"."
        ))
        (must
          (
            repository.tokenFile == ""
            || lib.elem protocol [
              "https"
              "http"
            ]
          )
          (
            "repository.tokenFile does nothing for an address by ${protocol}: give an https address, or "
            + "repository.sshKeyFile."
          )
        )
      ];

    warnings = warnIf (protocol == "ssh" && !isFlakeReference && !isKnown) (
      ": nobody knows the host key of the repository's server, so every fetch will fail: set "
      + "repository.knownHostsFile, or programs.ssh.knownHosts.\"${lib.elemAt server 2}\".publicKey."
    );
  };
}
