# The options' documentation, made from the modules.
{
  all,
  equals,
  holds,
  lib,
  pkgs,
  self,
  ...
}:
let
  inherit (self.packages.${pkgs.stdenv.hostPlatform.system}.options) options;
  named = condition: lib.attrNames (lib.filterAttrs (_: condition) options);
  isOurs = name: lib.hasPrefix "lean." name || lib.hasPrefix "services.vps-deploy." name;
  linksAreOurs = lib.all (
    it: lib.hasPrefix "modules/" it.name && lib.hasSuffix "/nix/${it.name}" it.url
  );
in
{
  "the options of each module are there, and nobody else's" = all [
    (holds (options ? "lean.disk.device") "lean.disk.device is missing")
    (holds (options ? "services.vps-deploy.enable") "services.vps-deploy.enable is missing")
    (equals (lib.filter (name: !isOurs name) (lib.attrNames options)) [ ])
  ];
  "each says what it is" = equals (named (option: (option.description or "") == "")) [ ];
  "each links to the file in the repository that declares it" = equals (named (
    option: !linksAreOurs option.declarations
  )) [ ];
}
