# What the files of this module share.
lib:
let
  inherit (lib) types;
  prefix = "services.vps-deploy";
in
rec {
  # Names and defaults of config.json, as the host half states them.
  defaults = lib.importJSON ../../vps-deploy/defaults.json;

  optionOf =
    values: name: declared:
    lib.mkOption (declared // { default = values.${name}; });
  option = optionOf defaults;
  flagOf =
    values: name: description:
    optionOf values name {
      type = types.bool;
      inherit description;
    };

  must = assertion: message: {
    inherit assertion;
    message = "${prefix}.${message}";
  };
  warnIf = condition: message: lib.optional condition "${prefix}${message}";

  # A file of the host that only root may read: a path of the configuration is taken for its name, never copied.
  secretFile = types.coercedTo types.path toString types.str;
  # This may come from the configuration: `./known_hosts`, or one that is built.
  publicFile = types.coercedTo types.path (file: "${file}") types.str;

  # Files by the name of their option; none is "".
  absolute = lib.mapAttrsToList (
    name: file:
    must (file == "" || lib.hasPrefix "/" file) (
      "${name} is \"${file}\": give the absolute path of a file on the host."
    )
  );
  notInStore = lib.mapAttrsToList (
    name: file:
    must (!lib.hasPrefix builtins.storeDir file) (
      "${name} lies in the Nix store, where everybody on the host can read it. Name a file outside of the "
      + "configuration that only root may read, as secret managers make them, such as \"/run/secrets/deploy\"."
    )
  );
}
