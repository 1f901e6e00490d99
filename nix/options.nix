# The options of the modules as one Markdown file, made from the modules themselves.
{ self, pkgs }:
let
  inherit (pkgs) lib;

  evaluated = self.inputs.nixpkgs.lib.nixosSystem {
    modules = [
      self.nixosModules.default
      {
        nixpkgs.pkgs = pkgs;
        system.stateVersion = "26.05";
      }
    ];
  };

  # Where a reader finds the file, whichever store path it had when this was made.
  repository = "https://github.com/toxx1220/nix-vps/blob/${self.rev or "main"}/nix";
  link =
    declaration:
    let
      # Below the store path of the flake.
      file = builtins.head (builtins.match ".*/[a-z0-9]{32}-[^/]+/(.+)" (toString declaration));
    in
    {
      name = file;
      url = "${repository}/${file}";
    };
  documentation = pkgs.nixosOptionsDoc {
    options = {
      inherit (evaluated.options) lean;
      services = {
        inherit (evaluated.options.services) vps-deploy;
      };
    };
    transformOptions = option: option // { declarations = map link option.declarations; };
  };
in
# `options`: what it is made from, by name.
lib.extendDerivation true { options = documentation.optionsNix; } documentation.optionsCommonMark
