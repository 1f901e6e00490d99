# What several modules here need to know of the configuration.
{ config, lib }:
let
  inherit (config.lean) bridge containers;
  ipv4 = import ./ipv4.nix lib;
in
rec {
  # null as long as the prefix is none: then there is a sentence to read, and nothing else may fail before it.
  network = ipv4.parse bridge.prefix;

  # A name that was only mistyped has neither.
  isDefined = container: container.id != null && container.module != null;
  known = lib.filterAttrs (_: isDefined) containers;
  unknown = removeAttrs containers (lib.attrNames known);

  isName = name: builtins.match "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?" name != null;
  isInterface = name: builtins.match "[a-zA-Z0-9_-]{1,15}" name != null;

  wanted = lib.filterAttrs (_: container: container.enable) known;
  # Of a name that is none NixOS says something else, and first: its units and guests are not made at all.
  running = lib.optionalAttrs (network != null && isInterface bridge.name) (
    lib.filterAttrs (name: _: isName name) wanted
  );
  proxied = lib.filterAttrs (_: container: container.proxy != null) running;

  # Where the key lies in a container.
  identityPath = "/var/lib/sops-nix/key.txt";

  quoted = builtins.toJSON;
  listed = names: lib.concatStringsSep ", " (lib.unique names);
  # Names of containers by a value that no two of them may share: { "7" = [ "a" "b" ]; }
  shared =
    valueOf: some:
    lib.filterAttrs (_: names: lib.length names > 1) (
      lib.groupBy (name: valueOf some.${name}) (lib.attrNames some)
    );
}
