# What the topics are given. A case is `true`, or a sentence that says what differs.
{
  self,
  inputs,
  pkgs,
}:
let
  inherit (pkgs) lib;

  # Bootable as far as evaluation asks, and nothing more; one package set for all.
  bare = {
    nixpkgs.pkgs = pkgs;
    fileSystems."/" = lib.mkDefault {
      device = "/dev/disk/by-label/root";
      fsType = "ext4";
    };
    boot.loader.grub.enable = lib.mkDefault false;
    system.stateVersion = lib.mkDefault "26.05";
  };

  # The guests answer for themselves: the host's own lists hold nothing of theirs.
  guests = config: lib.mapAttrs (_: container: container.config) config.containers;
  ofAll =
    select: config:
    select config
    ++ lib.concatLists (
      lib.mapAttrsToList (name: guest: map (said: "container ${name}: ${said}") (select guest)) (
        guests config
      )
    );
  refusals = ofAll (
    config: map (it: it.message) (builtins.filter (it: !it.assertion) config.assertions)
  );
  warnings = ofAll (config: config.warnings);

  holds = condition: sentence: if condition then true else sentence;
  shown = said: if said == [ ] then "nothing" else lib.concatMapStringsSep " | " (it: "«${it}»") said;
  counted = part: said: builtins.length (builtins.filter (lib.hasInfix part) said);
  once =
    what: said: part:
    holds (counted part said == 1)
      "«${part}» stands in ${toString (counted part said)} ${what} instead of one; there are: ${shown said}";
  exactly =
    what: said: parts:
    let
      differences = builtins.filter (it: it != true) (map (once what said) parts);
      others = builtins.filter (it: !lib.any (part: lib.hasInfix part it) parts) said;
    in
    if differences != [ ] then
      builtins.head differences
    else
      holds (others == [ ]) "unexpected ${what}: ${shown others}";
in
{
  inherit
    self
    inputs
    pkgs
    lib
    guests
    refusals
    warnings
    holds
    ;

  # The configuration of the reference server, evaluated once for all topics.
  reference = self.nixosConfigurations.vps-arm.config;

  # The configuration of a small host with all modules of this flake and the given ones. Each call costs 1.5 s and
  # 300 MB, also where it shares most of its modules with another: put many bad inputs into one.
  host =
    modules:
    (inputs.nixpkgs.lib.nixosSystem {
      modules = [
        bare
        self.nixosModules.default
        { lean.disk.device = lib.mkDefault "/dev/vda"; }
      ]
      ++ modules;
    }).config;

  # The same without any module of this flake: for one that has to work alone, or in a nixpkgs of its own.
  alone = modules: (inputs.nixpkgs.lib.nixosSystem { modules = [ bare ] ++ modules; }).config;

  # One failed assertion of the host or its guests says `part`; refusesOnly: the failed ones are those, none is missing.
  refuses = config: once "refusals" (refusals config);
  refusesOnly = config: exactly "refusals" (refusals config);
  warns = config: once "warnings" (warnings config);
  warnsOnly = config: exactly "warnings" (warnings config);

  # For what the type of an option refuses; its words cannot be looked at.
  throws =
    value:
    holds (!(builtins.tryEval (builtins.deepSeq value null)).success)
      "it was accepted: ${lib.generators.toPretty { } value}";

  equals =
    actual: expected:
    holds (actual == expected)
      "it is ${lib.generators.toPretty { } actual} and should be ${lib.generators.toPretty { } expected}";
  contains = text: part: holds (lib.hasInfix part text) "«${part}» is not in: ${text}";
  lacks = text: part: holds (!lib.hasInfix part text) "«${part}» is in: ${text}";
  # A case of each value, named after it; which there are is known without evaluating any.
  caseOfEach =
    prefix: result: values:
    builtins.listToAttrs (
      map (name: {
        name = "${prefix}${name}";
        value = result values.${name};
      }) (builtins.attrNames values)
    );
  # The first that is not true.
  all = results: lib.findFirst (it: it != true) true results;
}
