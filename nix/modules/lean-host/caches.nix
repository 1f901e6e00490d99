# Binary caches besides cache.nixos.org. None is named here: one that is gone costs every build its time-outs.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  sentence = import ../sentence.nix lib;
  cfg = config.lean;

  hostOf =
    url:
    let
      parts = builtins.match "[a-z0-9+]+://([^/?#]*).*" url;
    in
    if parts == null then "" else lib.toLower (builtins.head parts);
  # Without user and password.
  nameOf = url: lib.last (lib.splitString "@" (hostOf url));
  shown = url: if lib.hasInfix "@" (hostOf url) then nameOf url else url;
  urls = map (cache: cache.url) cfg.caches;
  twice = lib.unique (lib.filter (url: lib.count (other: other == url) urls > 1) urls);
  isGone = url: lib.hasSuffix ".garnix.io" ".${hostOf url}";
  # A store's own parameter: what comes from there needs no signature.
  isTrusted = url: builtins.match ".*[?&]trusted=(true|1)(&.*)?" url != null;
  isKey = key: builtins.match "[^:[:space:]]+:[A-Za-z0-9+/]{43}=" key != null;
  isSecret = key: builtins.match "[^:[:space:]]+:[A-Za-z0-9+/]{86}==" key != null;

  problemsOf =
    { url, publicKeys }:
    lib.optional (builtins.match "(https?|s3|ssh|ssh-ng|file)://[^[:space:]]+" url == null) ''
      "${shown url}" is no URL of a binary cache: write it with its scheme, such as "https://cache.example.org".
    ''
    ++ lib.optional (isGone url) ''
      "${shown url}" is gone: the hosted garnix.io ended on 2026-07-15, its cache with it. Name the cache of the
      instance you use now, with its key, or take the entry out.
    ''
    ++ lib.optional (lib.hasInfix "@" (hostOf url) && lib.hasPrefix "http" url) ''
      the URL of ${nameOf url} holds a password, which everybody on the host could read:
      put it into the file that lean.netrcFile names.
    ''
    ++ lib.optional (publicKeys == [ ] && !isTrusted url && hostOf url != "cache.nixos.org") ''
      "${shown url}" has no publicKeys: Nix would take nothing from it. Its operator publishes one, NAME:BASE64. Only
      for a cache you would trust with root write `?trusted=true` after the URL instead.
    ''
    ++ map (key: ''
      "${shown url}" has a secret key among its publicKeys: make a new pair at once, this one has been in a
      configuration.
    '') (builtins.filter isSecret publicKeys)
    ++ map (key: ''
      "${shown url}" has "${key}" among its publicKeys, which is none: expected is NAME:BASE64, as in
      "cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=".
    '') (builtins.filter (key: !isKey key && !isSecret key) publicKeys);
in
{
  options.lean = {
    caches = mkOption {
      default = [ ];
      example = [
        {
          url = "https://cache.example.org";
          publicKeys = [ "cache.example.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=" ];
        }
      ];
      description = "Binary caches that are asked before cache.nixos.org, in this order.";
      type = types.listOf (
        types.submodule {
          options = {
            url = mkOption {
              type = types.str;
              example = "https://cache.example.org";
              description = ''
                URL of the cache, `https://`, `http://`, `s3://`, `ssh://`, `ssh-ng://` or `file://`, without a
                password.
              '';
            };
            publicKeys = mkOption {
              type = types.listOf types.str;
              default = [ ];
              example = [ "cache.example.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=" ];
              description = ''
                Keys whose signatures count, `NAME:BASE64`. They count for whatever cache a path comes from. Needed but
                for cache.nixos.org, whose key every NixOS has, and for a URL with `?trusted=true`.
              '';
            };
          };
        }
      );
    };
    netrcFile = mkOption {
      type = types.nullOr (types.either types.path types.str);
      default = null;
      example = "/run/secrets/netrc";
      description = ''
        File on the host with the passwords of private caches, in the format of `netrc`; for root only. A secret of
        sops-nix is right for it (`config.sops.secrets.netrc.path`), a file of the repository is not. `null`: none.
      '';
    };
  };

  config = {
    assertions =
      map (problem: {
        assertion = false;
        message = sentence "lean.caches: ${problem}";
      }) (lib.concatMap problemsOf cfg.caches)
      ++ [
        {
          assertion = twice == [ ];
          message = sentence ''
            lean.caches: a cache of ${
              lib.concatMapStringsSep ", " nameOf twice
            } is named twice: put all its keys into one
            entry.
          '';
        }
        {
          assertion =
            cfg.netrcFile == null
            ||
              builtins.isString cfg.netrcFile
              && lib.hasPrefix "/" cfg.netrcFile
              && !lib.hasPrefix builtins.storeDir cfg.netrcFile;
          message = sentence ''
            lean.netrcFile: "${toString cfg.netrcFile}" would be a file of the Nix store, which everybody on the host
            reads, or none at all. Give the absolute path of a file on the host, in quotes, such as
            "/run/secrets/netrc".
          '';
        }
      ];

    nix.settings = {
      substituters = urls;
      trusted-public-keys = lib.concatMap (cache: cache.publicKeys) cfg.caches;
      netrc-file = lib.mkIf (cfg.netrcFile != null) cfg.netrcFile;
    };
  };
}
