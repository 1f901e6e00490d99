# A container that is named must be one, and none may stand in another's place.
{
  config,
  lib,
  options,
  ...
}:
let
  inherit (import ./facts.nix { inherit config lib; })
    isName
    known
    listed
    shared
    unknown
    wanted
    ;
  inherit (config.lean) containers;
  sentence = import ../sentence.nix lib;

  suggestion =
    name:
    let
      close = lib.filter (lib.strings.levenshteinAtMost 2 name) (lib.attrNames known);
    in
    if known == { } then
      "No container is defined yet."
    else
      lib.optionalString (close != [ ]) "Did you mean ${listed close}? "
      + "Defined are ${listed (lib.attrNames known)}.";

  # "in host.nix" for whoever looks for the line to change.
  whereIs =
    name:
    let
      definitions = lib.filter (
        definition: definition.value ? ${name}
      ) options.lean.containers.definitionsWithLocations;
    in
    listed (map (definition: toString definition.file) definitions);

  undefined =
    name: container:
    let
      missing =
        lib.optional (container.id == null) "id" ++ lib.optional (container.module == null) "module";
    in
    {
      assertion = false;
      message =
        "lean.containers.${name} is set in ${whereIs name}, but nothing gives it "
        + "${lib.concatStringsSep " and " missing}: "
        + (
          if lib.length missing == 2 then
            "there is no such container. Correct the name, or remove the line. "
          else
            "set lean.containers.${name}.${lib.head missing} as well, or correct the name. "
        )
        + suggestion name;
    };

  # `containers.<name>` may add to a container of ours. Added to none, it would be one without a system.
  metadata = options.containers.valueMeta.attrs or { };
  isEmpty = _: meta: !meta.configuration.options.path.isDefined;
  strays = lib.attrNames (removeAttrs (lib.filterAttrs isEmpty metadata) (lib.attrNames wanted));
  stray = name: {
    assertion = false;
    message =
      if known ? ${name} then
        "containers.${name} is set, but lean.containers.${name} is not enabled."
        + " Set it with lib.mkIf config.lean.containers.${name}.enable, or enable the container."
      else
        "containers.${name} is set, but there is no such container: it has no config, and lean.containers.${name}"
        + " is not defined. ${suggestion name}";
  };
in
{
  assertions =
    lib.mapAttrsToList undefined unknown
    ++ map stray strays
    ++ lib.mapAttrsToList (name: _: {
      assertion = isName name;
      message =
        "lean.containers has ${builtins.toJSON name}, which cannot be a container's name: it is a host name."
        + " Use at most 63 lower-case letters, digits and hyphens, a hyphen neither first nor last.";
    }) containers
    # Also of those that are not enabled: to enable one must not move another.
    ++
      lib.mapAttrsToList
        (id: names: {
          assertion = false;
          message = sentence ''
            lean.containers: ${listed names} share the id ${id}, and with it the address. Give each an id of its own.
          '';
        })
        (shared (container: toString container.id) (lib.filterAttrs (_: each: each.id != null) containers));
}
