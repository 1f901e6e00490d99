# How a commit becomes a system, and whom the host believes on the way.
{ config, lib, ... }:
let
  inherit (import ./common.nix lib)
    absolute
    defaults
    flagOf
    must
    option
    optionOf
    publicFile
    warnIf
    ;
  cfg = config.services.vps-deploy;
  inherit (cfg) signedCommits;
  inherit (lib) types;

  ofSigned = optionOf defaults.signedCommits;
  namesSigners = signedCommits.allowedSignersFile != "" || signedCommits.gpgKeyring != "";
  isRecorded = cfg.resolve != "evaluate";
  resolves = cfg.package.resolves or [ "evaluate" ];

  nixKeys = config.nix.settings.trusted-public-keys or [ ];
  isOfficial = lib.hasPrefix "cache.nixos.org-1:";
  keys = cfg.trustedPublicKeys ++ lib.filter (key: !isOfficial key) nixKeys;
  checksKeys = config.nix.settings.require-sigs or true;
  holdsSecret = url: builtins.match "https?://[^/?#]*@.*" url != null;
  ended = lib.filter (lib.hasInfix "//cache.garnix.io") cfg.substituters;
in
{
  options.services.vps-deploy = {
    resolve = option "resolve" {
      type = types.enum [
        "evaluate"
        "recorded"
        "recorded-or-evaluate"
      ];
      description = ''
        How a commit becomes a system. `evaluate`: the flake is evaluated on this host, which takes 2 to 3 GB of memory
        for a configuration with containers. `recorded`: the store path stands in a git note on the commit, written by
        CI, and nothing is evaluated or built here; it is fetched from this host's caches and must be signed by a key
        of this host. `recorded-or-evaluate`: the same, and what is not recorded is evaluated.
      '';
    };
    recordedSigners = option "recordedSigners" {
      type = publicFile;
      example = lib.literalExpression "./allowed_signers";
      description = ''
        Allowed-signers file (see ssh-keygen(1)) of those whose recorded store paths count: the public half of the key
        that CI records with. Without it, whoever may push to any branch of the repository may become root here.
      '';
    };
    substituters = option "substituters" {
      type = types.listOf (types.strMatching "[a-z0-9+-]+://[^[:space:]]+|/[^[:space:]]*");
      example = [ "https://cache.example.org" ];
      description = "Binary caches for deploys, besides those of `nix.settings.substituters`.";
    };
    trustedPublicKeys = option "trustedPublicKeys" {
      type = types.listOf (types.strMatching "[^:[:space:]]+:[A-Za-z0-9+/]{43}=");
      example = [ "cache.example.org-1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" ];
      description = "Their keys, besides those of `nix.settings.trusted-public-keys`.";
    };
    signedCommits = {
      require = flagOf defaults.signedCommits "require" ''
        Whether only commits are deployed that one of the following keys has signed.
      '';
      allowedSignersFile = ofSigned "allowedSignersFile" {
        type = publicFile;
        example = lib.literalExpression "./allowed_signers";
        description = "Allowed-signers file (see ssh-keygen(1)) for commits signed with SSH keys.";
      };
      gpgKeyring = ofSigned "gpgKeyring" {
        type = publicFile;
        example = lib.literalExpression "./maintainers.asc";
        description = "Exported public keys, for commits signed with OpenPGP.";
      };
    };
  };

  config = lib.mkIf cfg.enable {
    assertions =
      absolute {
        inherit (cfg) recordedSigners;
        "signedCommits.allowedSignersFile" = signedCommits.allowedSignersFile;
        "signedCommits.gpgKeyring" = signedCommits.gpgKeyring;
      }
      ++ [
        (must (lib.elem cfg.resolve resolves) (
          "resolve is \"${cfg.resolve}\", which this version of the host half refuses every deploy with: set it to "
          + "${lib.concatMapStringsSep " or " (it: "\"${it}\"") resolves}."
        ))
        (must (!lib.any holdsSecret cfg.substituters) (
          "substituters holds a password, which everybody on the host could read, and whoever may deploy is told: put "
          + "it into the file that nix.settings.netrc-file names."
        ))
        (must (!signedCommits.require || namesSigners) (
          "signedCommits.require is set, but nobody's signature would count: name "
          + "signedCommits.allowedSignersFile or signedCommits.gpgKeyring."
        ))
      ];

    warnings =
      warnIf (isRecorded && cfg.recordedSigners == "") (
        ".recordedSigners is not set: whoever may push to any branch of the repository may become root on this host. "
        + "Name an allowed-signers file with the key that CI records with."
      )
      ++ warnIf (namesSigners && !signedCommits.require) (
        ".signedCommits names whose signatures count, but none is asked for: set signedCommits.require."
      )
      ++ warnIf (ended != [ ]) (
        ".substituters names cache.garnix.io, which ended on 2026-07-15: take it out, every deploy waits for it."
      )
      ++ warnIf (cfg.substituters != [ ] && keys == [ ] && checksKeys) (
        ".substituters has caches, but no key of theirs is trusted, so nothing is taken from them: set "
        + "trustedPublicKeys."
      );
  };
}
