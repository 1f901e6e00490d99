# The names of the flake's outputs and of its evaluation cases, by builtins only: whatever a value needs of an input
# stays unevaluated.
{ flakeDir }:
let
  flake = import (flakeDir + "/flake.nix");
  absent = name: throw "the names of the outputs must not need ${name}";
  systems = [
    "aarch64-darwin"
    "aarch64-linux"
    "x86_64-darwin"
    "x86_64-linux"
  ];
  byName =
    names: value:
    builtins.listToAttrs (
      map (name: {
        inherit name;
        value = value name;
      }) names
    );
  self = flake.outputs (
    builtins.mapAttrs (name: _: absent name) flake.inputs
    // {
      inherit self;
      nixpkgs = {
        lib = absent "nixpkgs.lib";
        legacyPackages = byName systems (system: absent "the packages of ${system}");
      };
    }
  );

  # Which parts a name has: `output.name`, or `output.system.name`.
  pairs = [
    "nixosConfigurations"
    "nixosModules"
    "templates"
    "formatter"
  ];
  triples = [
    "checks"
    "devShells"
    "packages"
  ];
  below = output: map (name: [ output ] ++ [ name ]) (builtins.attrNames self.${output});
  twoBelow =
    output:
    builtins.concatMap (
      system:
      map (name: [ output ] ++ [ system ] ++ [ name ]) (builtins.attrNames self.${output}.${system})
    ) (builtins.attrNames self.${output});
  helpers = import (flakeDir + "/tests/eval/frame.nix") {
    self = absent "self";
    inputs = absent "inputs";
    pkgs = absent "pkgs";
  };
in
{
  unknown = builtins.filter (name: !builtins.elem name (pairs ++ triples)) (builtins.attrNames self);
  attributes = builtins.concatMap below pairs ++ builtins.concatMap twoBelow triples;
  cases = builtins.mapAttrs (_: builtins.attrNames) (
    import (flakeDir + "/tests/eval/topics.nix") helpers
  );
  modules = builtins.attrNames self.nixosModules;
  rendered = builtins.attrNames (import (flakeDir + "/tests/rendered.nix") helpers);
}
